import type { Reader, Writer } from 'protobufjs';

/**
 * What can encode and decode the messages of one type: a `Type` of protobufjs, a class of its
 * static modules (`pbjs -t static-module`), or anything like them.
 *
 * @typeParam In what `decode` gives
 * @typeParam Out what `encode` takes
 */
export interface MessageCodec<In = object, Out = never> {
  /** Appends to `writer`, which must be used. May throw. */
  encode(message: Out, writer?: Writer): Writer;
  /** Reads `length` bytes from where the reader stands. May throw. */
  decode(reader: Reader | Uint8Array, length?: number): In;
}
