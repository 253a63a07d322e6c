import { type WireFrame, wire } from './wire.js';

/** A case of the Autobahn test suite: frames that are sent, and what has to come back. */
export interface Case {
  readonly id: string;
  readonly send: readonly WireFrame[];
  /** Everything that has to come back, but for the close: opcodes and payloads. */
  readonly expect: readonly (readonly [opcode: number, payload: Buffer])[];
  /** With which code it has to be closed; without it the peer closes with 1000, and is answered so. */
  readonly close?: number;
  /** How the bytes go out. Default: in one piece. */
  readonly chop?: 'frames' | 'octets' | number;
}

export type Content = string | Uint8Array;

export const text = (payload: Content, fin = true): WireFrame => ({ opcode: 1, payload, fin });
export const binary = (payload: Content, fin = true): WireFrame => ({ opcode: 2, payload, fin });
export const more = (payload: Content, fin = true): WireFrame => ({ opcode: 0, payload, fin });
export const ping = (payload: Content = ''): WireFrame => ({ opcode: 9, payload });
export const pong = (payload: Content = ''): WireFrame => ({ opcode: 10, payload });
export const close = (code?: number, reason: Content = ''): WireFrame => ({
  opcode: 8,
  payload:
    code === undefined
      ? ''
      : Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason as string)]),
});

export const back = (opcode: number, payload: Content): readonly [number, Buffer] => [
  opcode,
  Buffer.from(payload as string),
];

/** A whole message, which comes back. */
export function echo(id: string, opcode: 1 | 2, payload: Content, chop?: Case['chop']): Case {
  return {
    id,
    send: [{ opcode, payload }],
    expect: [back(opcode, payload)],
    ...(chop && { chop }),
  };
}

/** Frames that end the connection, behind others that do not. */
export function fails(
  id: string,
  send: WireFrame[],
  code = 1002,
  expect: Case['expect'] = [],
  chop?: Case['chop'],
): Case {
  return { id, send, expect, close: code, ...(chop && { chop }) };
}

/** A message in frames of `size` bytes. */
export function cutFrames(opcode: number, payload: Buffer, size: number): WireFrame[] {
  const count = Math.ceil(payload.length / size);
  return Array.from({ length: count }, (_, index) => ({
    opcode: index === 0 ? opcode : 0,
    payload: payload.subarray(index * size, (index + 1) * size),
    fin: index === count - 1,
  }));
}

/** The bytes of a case, as a client (with a key) or a server sends them. */
export function piecesOf({ send, chop, close: code }: Case, key?: readonly number[]): Buffer[] {
  const frames = (code === undefined ? [...send, close(1000)] : send).map((frame) =>
    wire({ ...frame, key }),
  );
  if (chop === 'frames') return frames;
  const bytes = Buffer.concat(frames);
  const size = chop === 'octets' ? 1 : (chop ?? bytes.length);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
