import { printable } from '@gev/core';
import type { MessageCodec } from './codec.js';
import { invalidOption } from './error.js';
import { MessageType } from './message-type.js';
import { type AnyMessages, COMMON, type Receivable, type TypeName } from './typed-message.js';

/**
 * The types of message that peers may send and handlers may answer with, by their full names.
 * Made by `createRegistry`; never changes, and serves any number of protocols.
 *
 * @typeParam In names to what is decoded
 * @typeParam Out names to what can be encoded
 */
export class Registry<In extends object = AnyMessages, Out extends object = In> {
  readonly #byName = new Map<string, MessageType>();

  /** @throws GevError `ERR_GEV_INVALID_OPTION` for no type, or a name that does not fit a frame */
  constructor(codecs: Iterable<readonly [name: string, codec: MessageCodec]>) {
    for (const [name, codec] of codecs) this.#byName.set(name, new MessageType(name, codec));
    if (this.#byName.size === 0) throw invalidOption('a registry without a type of message');
  }

  /** All names, in the order of their declaration. */
  get names(): readonly TypeName<In>[] {
    return [...this.#byName.keys()] as TypeName<In>[];
  }

  /** Names of what a peer may send to a protocol that is not told by its option `receive`. */
  get receivable(): readonly Receivable<In>[] {
    return this.names.filter((name) => !name.startsWith(COMMON)) as Receivable<In>[];
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /**
   * A message with its type, to be returned or sent. The same as `{ type, message }` written out,
   * of which TypeScript forgets the exact `type` in a handler that it infers.
   */
  message<Name extends TypeName<Out>>(
    type: Name,
    message: Out[Name],
  ): { readonly type: Name; readonly message: Out[Name] } {
    return { type, message };
  }

  /** What encodes and decodes a type. @throws GevError `ERR_GEV_INVALID_OPTION` when it is not there */
  codec<Name extends TypeName<In> & TypeName<Out>>(name: Name): MessageCodec<In[Name], Out[Name]> {
    return this.type(name).codec as unknown as MessageCodec<In[Name], Out[Name]>;
  }

  /** @throws GevError `ERR_GEV_INVALID_OPTION` when it is not there */
  type(name: string): MessageType {
    const type = this.#byName.get(name);
    if (type !== undefined) return type;
    throw invalidOption(
      `there is no type ${printable(name)} in the registry: it has ${this.names.join(', ')}`,
    );
  }

  /** The type of this name, if it is there. */
  get(name: string): MessageType | undefined {
    return this.#byName.get(name);
  }
}
