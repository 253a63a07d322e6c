export type { RingBufferErrorCode } from './error.js';
export { RingBuffer } from './ring-buffer.js';
export { RingBufferPool, type RingBufferPoolOptions } from './ring-buffer-pool.js';
