import type { EventLoop, PublishOptions } from '@gev/core';
import { encodeFrame } from './frame-encoder.js';
import { FIN, Opcode } from './opcode.js';
import { checkPayload } from './outbound.js';

/**
 * Sends a message to every WebSocket that is subscribed to a topic, in all loops of the server: a string
 * as text, bytes as binary. The frame is built once and stands once in each loop's output. It is not
 * compressed, so that it is the same for all.
 *
 * Returns false when another loop could not be told; the others were.
 *
 * @param loop the loop that runs here: what a handler module was given, or `ws.connection.loop`
 * @throws GevError `ERR_GEV_INVALID_OPTION` for a message that is neither
 *
 * @example
 * loop.runEvery(1000, () => publish(loop, 'clock', new Date().toISOString()));
 */
export function publish(
  loop: EventLoop,
  topic: string,
  message: string | Uint8Array,
  options?: PublishOptions,
): boolean {
  checkPayload(message);
  const isText = typeof message === 'string';
  const payload = isText ? Buffer.from(message, 'utf8') : message;
  const first = FIN | (isText ? Opcode.text : Opcode.binary);
  return loop.topics.publishPacked(topic, encodeFrame(first, payload), options);
}
