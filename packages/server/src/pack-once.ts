import { type Connection, GevError, type Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import { packError } from './connection-errors.js';

const NOWHERE = { transport: 'unix', path: '' } as const;

/** Whom a message is packed for when it goes to many: closed, and without anything of its own. */
const anybody: Connection<never> = {
  id: 0,
  remoteAddress: NOWHERE,
  localAddress: NOWHERE,
  get loop(): never {
    throw new GevError('ERR_GEV_HANDLER', 'what is packed for many is packed in no loop');
  },
  context: undefined,
  sendable: false,
  closed: true,
  get: () => undefined,
  set: () => {},
  delete: () => false,
  send: () => false,
  sendAll: () => false,
  close: () => {},
  destroy: () => {},
  shutdownWrite: () => {},
  pause: () => {},
  resume: () => {},
  paused: false,
  readBufferLength: 0,
  writeBufferLength: 0,
  bytesFlushed: 0,
};

/**
 * Packs one message into bytes of its own, for receivers in any number and thread.
 *
 * @throws GevError `ERR_GEV_HANDLER` when the protocol cannot
 */
export function packOnce<In, Out>(protocol: Protocol<In, Out>, message: Out): Uint8Array {
  const buffer = new RingBuffer();
  try {
    protocol.pack(message, buffer, anybody as Connection<Out>);
  } catch (error) {
    throw packError(message, error, () => {});
  }
  return buffer.take(buffer.length) ?? new Uint8Array(0);
}
