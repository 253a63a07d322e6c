import {
  assertBytes,
  type Protocol,
  printable,
  protocolError,
  type ReadBuffer,
  type WriteBuffer,
} from '@gev/core';
import { invalidOption, notPackable, quoted, tooLong, tooLongToSend } from './error.js';
import { FrameWriter } from './frame-writer.js';
import { LazyMessage, type LazyMessages } from './lazy-message.js';
import type { MessageType } from './message-type.js';
import { checkRegistry, type ProtobufOptions, resolveOptions } from './options.js';
import { PayloadDecoder } from './payload-decoder.js';
import type { Registry } from './registry.js';
import { TypeIndex } from './type-index.js';
import type { RawMessage, Receivable, TypedMessage, TypeName } from './typed-message.js';

// u32 length of what follows, u16 length of the type name, type name, payload. Big-endian.
const LENGTH = 4;
const NAME_LENGTH = 2;
const HEADER = LENGTH + NAME_LENGTH;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Options of {@link protobufFrames}. */
export interface FrameOptions<Received extends string = string> extends ProtobufOptions {
  /**
   * Names of the types that a peer may send; another is a protocol error. Default: all but those of
   * `google.protobuf`.
   */
  readonly receive?: readonly Received[];
}

/**
 * gev's Protobuf frames: each message carries the name of its type. A message arrives as
 * `{ type, message }`, decoded, and whatever is sent has the same shape.
 *
 * A peer's frame that is too long, too short for its type name, of an unknown type or with a
 * malformed payload is `ERR_GEV_PROTOCOL` and closes its connection. Messages and what they hold
 * are the handler's to keep, but for fields of type `bytes` with `bytes: 'view'`.
 *
 * What cannot be encoded, or makes a frame over `maxFrameLength`, throws `ERR_GEV_HANDLER` in `pack`,
 * before a byte is written.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function protobufFrames<
  In extends object,
  Out extends object,
  Received extends TypeName<In> = Receivable<In>,
>(
  registry: Registry<In, Out>,
  options?: FrameOptions<Received> & { readonly lazy?: false },
): Protocol<TypedMessage<Pick<In, Received>>, TypedMessage<Out>>;
/** With `lazy: true` messages arrive undecoded, and what is encoded already can be sent, too. */
export function protobufFrames<
  In extends object,
  Out extends object,
  Received extends TypeName<In> = Receivable<In>,
>(
  registry: Registry<In, Out>,
  options: FrameOptions<Received> & { readonly lazy: true },
): Protocol<LazyMessages<Pick<In, Received>>, TypedMessage<Out> | RawMessage<TypeName<Out>>>;
export function protobufFrames(
  registry: Registry,
  options: FrameOptions = {},
): Protocol<unknown, never> {
  checkRegistry(registry);
  const { maxFrameLength, bytes, lazy } = resolveOptions(options, LENGTH, 'receive');
  const { receive = registry.receivable } = options;
  if (!Array.isArray(receive)) {
    throw invalidOption(`receive is ${printable(receive)}: give a list of names of types`);
  }
  const received = new TypeIndex(receive.map((name) => registry.type(name)));
  const frames = new GevFrames(registry, received, maxFrameLength, new PayloadDecoder(bytes));
  return {
    unpack: lazy ? (buffer) => frames.unpackLazy(buffer) : (buffer) => frames.unpack(buffer),
    pack: (message, out) => frames.pack(message, out),
  };
}

class GevFrames {
  readonly #registry: Registry;
  readonly #received: TypeIndex;
  readonly #maxLength: number;
  readonly #decoder: PayloadDecoder;
  readonly #writer = new FrameWriter();
  /** Whose name stands at the front of the writer's memory, and of which memory. */
  #headed: MessageType | undefined = undefined;
  #headedIn: Uint8Array | undefined = undefined;

  constructor(registry: Registry, received: TypeIndex, maxLength: number, decoder: PayloadDecoder) {
    this.#registry = registry;
    this.#received = received;
    this.#maxLength = maxLength;
    this.#decoder = decoder;
  }

  unpack(buffer: ReadBuffer): TypedMessage | undefined {
    const frame = this.#take(buffer);
    if (frame === undefined) return undefined;
    const payload = HEADER + nameLengthOf(frame);
    const type = this.#typeOf(frame, payload);
    const message = this.#decoder.decode(type, frame, payload, frame.length);
    return { type: type.name, message: message as Record<string, unknown> };
  }

  unpackLazy(buffer: ReadBuffer): LazyMessage | undefined {
    const frame = this.#take(buffer);
    if (frame === undefined) return undefined;
    const payload = HEADER + nameLengthOf(frame);
    const type = this.#typeOf(frame, payload);
    return new LazyMessage(type, frame.subarray(payload), this.#decoder);
  }

  pack(sent: TypedMessage | RawMessage, out: WriteBuffer): void {
    const type = this.#registry.get(sent?.type);
    if (type === undefined) throw noType(sent);
    if ('message' in sent) this.#packMessage(type, sent.message, out);
    else if ('payload' in sent) this.#packPayload(type, sent.payload, out);
    else throw notPackable(`what is sent of type ${type.name} has neither message nor payload`);
  }

  #packMessage(type: MessageType, message: object, out: WriteBuffer): void {
    const writer = this.#writer;
    writer.begin();
    writer.leave(HEADER + type.nameBytes.length);
    // It stands there still when the last message had the same type. Now, not when the encoder has
    // returned: it may throw, and what it has written then stands over the name before.
    if (this.#headed !== type || this.#headedIn !== writer.buf) this.#fillName(type);
    writer.encode(type, message);
    const length = writer.pos - LENGTH;
    if (length > this.#maxLength) throw tooLongToSend(length, this.#maxLength);
    fillLength(writer.buf, length);
    out.write(writer.written());
  }

  #packPayload({ nameBytes }: MessageType, payload: Uint8Array, out: WriteBuffer): void {
    assertBytes(payload);
    const length = NAME_LENGTH + nameBytes.length + payload.length;
    if (length > this.#maxLength) throw tooLongToSend(length, this.#maxLength);
    out.writeUint32(length);
    out.writeUint16(nameBytes.length);
    out.write(nameBytes);
    out.write(payload);
  }

  #fillName(type: MessageType): void {
    const { nameBytes } = type;
    const { buf } = this.#writer;
    buf[LENGTH] = nameBytes.length >>> 8;
    buf[LENGTH + 1] = nameBytes.length;
    buf.set(nameBytes, HEADER);
    this.#headed = type;
    this.#headedIn = buf;
  }

  /** A whole frame, as soon as it is there; refuses one as soon as its header shows that it is wrong. */
  #take(buffer: ReadBuffer): Uint8Array | undefined {
    const length = buffer.peekUint32();
    if (length === undefined) return undefined;
    if (length > this.#maxLength) throw tooLong(length, this.#maxLength);
    if (length < NAME_LENGTH) throw tooShort(length, 0);
    const nameLength = buffer.peekUint16(LENGTH);
    if (nameLength === undefined) return undefined;
    if (length < NAME_LENGTH + nameLength) throw tooShort(length, nameLength);
    return buffer.take(LENGTH + length);
  }

  /** @param end where the name ends */
  #typeOf(frame: Uint8Array, end: number): MessageType {
    return this.#received.find(frame, HEADER, end) ?? unknownType(frame.subarray(HEADER, end));
  }
}

function nameLengthOf(frame: Uint8Array): number {
  return frame[LENGTH]! * 256 + frame[LENGTH + 1]!;
}

function fillLength(frame: Uint8Array, length: number): void {
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
}

/** For what a caller without types may have given. */
function noType(sent: unknown): Error {
  const type = (sent as { type?: unknown } | null | undefined)?.type;
  if (typeof type === 'string') return notPackable(`there is no type ${quoted(type)}`);
  return notPackable(`a value of type ${typeof sent} cannot be sent: give { type, message }`);
}

function tooShort(length: number, nameLength: number) {
  return protocolError(
    `a frame of ${length} bytes came, too short for a type name of ${nameLength} and its length`,
  );
}

/** @throws GevError `ERR_GEV_PROTOCOL` always */
function unknownType(name: Uint8Array): never {
  let text: string;
  try {
    text = utf8.decode(name);
  } catch (error) {
    throw protocolError(`a type name of ${name.length} bytes is not UTF-8`, error);
  }
  throw protocolError(`a message of type ${quoted(text)} came, which is not received here`);
}
