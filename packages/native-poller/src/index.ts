export type { NativePollerErrorCode } from './error-codes.js';
export type { Backend } from './load-binding.js';
export { type NativeAvailability, nativeAvailability } from './native-availability.js';
export {
  createNativePoller,
  NativePoller,
  type NativePollerOptions,
  type Watch,
} from './native-poller.js';
