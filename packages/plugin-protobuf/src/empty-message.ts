import { notPackable } from './error.js';

/**
 * Encoders of protobufjs take any value for a message and pass over what they do not know. Where they
 * have found no field at all, this tells an empty message from what is no message.
 *
 * @param given what was encoded into no byte
 * @throws GevError `ERR_GEV_HANDLER`
 */
export function assertEmptyMessage(type: string, given: unknown): void {
  if (typeof given !== 'object' || given === null) throw noMessage(type, typeof given);
  if (Array.isArray(given) || ArrayBuffer.isView(given)) throw noMessage(type, 'list');
  if ('then' in given && typeof given.then === 'function') {
    throw notPackable(`a promise is no message of type ${type}: await it, and send what comes`);
  }
  if (isWrapped(given)) {
    throw notPackable(
      `a message of type ${type} was given with its type around it: give the message itself`,
    );
  }
}

/** Had its type a field `type`, a text in it would have been encoded; an empty one may be left out. */
function isWrapped(given: object): boolean {
  const { type } = given as { type?: unknown };
  if (typeof type !== 'string' || type === '') return false;
  return Object.hasOwn(given, 'message') || Object.hasOwn(given, 'payload');
}

function noMessage(type: string, kind: string): Error {
  return notPackable(`a ${kind} is no message of type ${type}: give an object with its fields`);
}
