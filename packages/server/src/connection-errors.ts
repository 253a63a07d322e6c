import { GevError } from '@gev/core';

/** For a send that can go nowhere, and for those who waited for one. */
export function closedError(why: string): GevError {
  return new GevError('ERR_GEV_CLOSED', `nothing can be sent on this connection: ${why}`);
}

/** Wraps what a handler or a protocol's `pack` threw. */
export function handlerError(thrown: unknown): GevError {
  const what = thrown instanceof Error ? thrown.message : String(thrown);
  return new GevError('ERR_GEV_HANDLER', `a handler threw: ${what}`, { cause: thrown });
}

/** @param length bytes that wait for the rest of their message */
export function inputLimitError(length: number, maxInputBuffer: number): GevError {
  return new GevError(
    'ERR_GEV_INPUT_LIMIT',
    `${length} bytes arrived without a whole message and maxInputBuffer is ${maxInputBuffer}: ` +
      'raise it, or bound the size of messages in the protocol',
  );
}

/** @param length bytes that the peer has left unread */
export function outputLimitError(length: number, maxOutputBuffer: number): GevError {
  return new GevError(
    'ERR_GEV_OUTPUT_LIMIT',
    `the peer left ${length} bytes unread and maxOutputBuffer is ${maxOutputBuffer}: ` +
      'heed what send() returns and wait for onDrain, or raise it',
  );
}
