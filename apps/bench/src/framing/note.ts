import protobuf from 'protobufjs';

/** Name of the one type of message in the protobuf scenario. */
export const NOTE = 'bench.Note';

/** The message of `native/protobuf.c`. */
export const { root: noteRoot } = protobuf.parse(
  'syntax = "proto3"; package bench; message Note { uint32 number = 1; string text = 2; }',
);
noteRoot.resolveAll();

/** Cuts a gev frame's body (what follows its u32 length) into the name of its type and its payload. */
export function splitBody(body: Buffer): { readonly type: string; readonly payload: Buffer } {
  const end = 2 + body.readUInt16BE(0);
  return { type: body.toString('utf8', 2, end), payload: body.subarray(end) };
}
