import {
  assertBytes,
  type Protocol,
  protocolError,
  type ReadBuffer,
  type WriteBuffer,
} from '@gev/core';
import { notPackable, tooLong, tooLongToSend } from './error.js';
import { FrameWriter } from './frame-writer.js';
import { LazyMessage } from './lazy-message.js';
import type { MessageType } from './message-type.js';
import { checkRegistry, type ProtobufOptions, resolveOptions } from './options.js';
import { PayloadDecoder } from './payload-decoder.js';
import type { Registry } from './registry.js';
import type { TypeName } from './typed-message.js';

/** Bytes of the longest varint that gives a length of 32 bits. */
const LONGEST_VARINT = 5;

/** Options of {@link protobufDelimited}. */
export interface DelimitedOptions<Reply extends string = string> extends ProtobufOptions {
  /** Type of what is sent. Default: the type of what is received. */
  readonly replyType?: Reply;
}

/**
 * A stream of messages of one type, each behind its length as a varint: what `writeDelimitedTo` of
 * Java, `SerializeDelimitedToZeroCopyStream` of C++ and `protodelim` of Go write and read. A message
 * arrives decoded, and as such one is sent.
 *
 * A length that is no varint of at most 5 bytes or over `maxFrameLength`, or a malformed payload, is
 * `ERR_GEV_PROTOCOL` and closes the connection. What cannot be encoded, is no message (one with its type
 * around it), or is over `maxFrameLength`, throws `ERR_GEV_HANDLER` in `pack`, before a byte is written.
 * Who owns messages: see `protobufFrames`.
 *
 * @param type full name of the type that is received
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function protobufDelimited<
  In extends object,
  Out extends object,
  Name extends TypeName<In>,
  Reply extends TypeName<Out> = Name & TypeName<Out>,
>(
  registry: Registry<In, Out>,
  type: Name,
  options?: DelimitedOptions<Reply> & { readonly lazy?: false },
): Protocol<In[Name], Out[Reply]>;
/** With `lazy: true` messages arrive undecoded, and can be sent on as they are. */
export function protobufDelimited<
  In extends object,
  Out extends object,
  Name extends TypeName<In>,
  Reply extends TypeName<Out> = Name & TypeName<Out>,
>(
  registry: Registry<In, Out>,
  type: Name,
  options: DelimitedOptions<Reply> & { readonly lazy: true },
): Protocol<LazyMessage<Name, In[Name]>, Out[Reply] | LazyMessage>;
export function protobufDelimited(
  registry: Registry,
  type: string,
  options: DelimitedOptions = {},
): Protocol<unknown, never> {
  checkRegistry(registry);
  const { maxFrameLength, bytes, lazy } = resolveOptions(options, LONGEST_VARINT, 'replyType');
  const { replyType = type } = options;
  const read = registry.type(type);
  const written = registry.type(replyType);
  const decoder = new PayloadDecoder(bytes);
  const stream = new Delimited(written, maxFrameLength);
  return {
    unpack(buffer) {
      const payload = stream.take(buffer);
      if (payload === undefined) return undefined;
      if (lazy) return new LazyMessage(read, payload, decoder);
      return decoder.decode(read, payload, 0, payload.length);
    },
    pack: (message, out) => stream.pack(message, out),
  };
}

class Delimited {
  readonly #type: MessageType;
  readonly #maxLength: number;
  readonly #writer = new FrameWriter();

  constructor(type: MessageType, maxLength: number) {
    this.#type = type;
    this.#maxLength = maxLength;
  }

  pack(message: object, out: WriteBuffer): void {
    if (isLazy(message)) this.#packEncoded(message, out);
    else this.#packMessage(message, out);
  }

  #packEncoded({ type, payload }: LazyMessage, out: WriteBuffer): void {
    if (type !== this.#type.name) {
      throw notPackable(
        `a message of type ${type} cannot be sent on in a stream of ${this.#type.name}`,
      );
    }
    assertBytes(payload);
    this.#writeFrame(payload, out);
  }

  #packMessage(message: object, out: WriteBuffer): void {
    const writer = this.#writer;
    writer.begin();
    writer.encode(this.#type, message);
    this.#writeFrame(writer.written(), out);
  }

  #writeFrame(payload: Uint8Array, out: WriteBuffer): void {
    const { length } = payload;
    if (length > this.#maxLength) throw tooLongToSend(length, this.#maxLength);
    writeVarint(length, out);
    out.write(payload);
  }

  /** The next payload, as soon as it is whole; refuses one as soon as its length is too large. */
  take(buffer: ReadBuffer): Uint8Array | undefined {
    let length = 0;
    for (let size = 1; size <= LONGEST_VARINT; size += 1) {
      const byte = buffer.peekUint8(size - 1);
      if (byte === undefined) return undefined;
      // No shift: the fifth byte may lead past 32 bits.
      length += (byte & 0x7f) * 2 ** (7 * (size - 1));
      if (length > this.#maxLength) throw tooLong(length, this.#maxLength);
      if (byte < 0x80) return takeBehind(buffer, size, length);
    }
    throw protocolError(`a length of more than ${LONGEST_VARINT} bytes came`);
  }
}

/**
 * By its function, which no field of a message can be: not instanceof, for it may come from the other
 * copy of this package (ESM and CommonJS).
 */
function isLazy(message: object): message is LazyMessage {
  return typeof (message as Partial<LazyMessage> | null | undefined)?.decode === 'function';
}

function takeBehind(buffer: ReadBuffer, header: number, length: number): Uint8Array | undefined {
  if (buffer.length < header + length) return undefined;
  buffer.retrieve(header);
  return buffer.take(length);
}

function writeVarint(value: number, out: WriteBuffer): void {
  let rest = value;
  while (rest > 0x7f) {
    out.writeUint8((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.writeUint8(rest);
}
