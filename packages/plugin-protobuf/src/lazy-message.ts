import type { MessageType } from './message-type.js';
import type { PayloadDecoder } from './payload-decoder.js';
import type { RawMessage, TypeName } from './typed-message.js';

/**
 * A message as it came, not yet decoded. It can be sent on as it is.
 *
 * Valid until the handler returns: the payload is a view of what was received.
 */
export class LazyMessage<Name extends string = string, Message = object>
  implements RawMessage<Name>
{
  /** Full name of its type. */
  readonly type: Name;
  /** The encoded message. A view. */
  readonly payload: Uint8Array;
  readonly #messageType: MessageType;
  readonly #decoder: PayloadDecoder;

  constructor(messageType: MessageType, payload: Uint8Array, decoder: PayloadDecoder) {
    this.type = messageType.name as Name;
    this.payload = payload;
    this.#messageType = messageType;
    this.#decoder = decoder;
  }

  /**
   * Decodes it, each time anew.
   *
   * @throws GevError `ERR_GEV_PROTOCOL`, which closes the connection if it leaves the handler
   */
  decode(): Message {
    const { payload } = this;
    return this.#decoder.decode(this.#messageType, payload, 0, payload.length) as Message;
  }
}

/** The union of lazy messages over a map of types. */
export type LazyMessages<Messages extends object> = {
  [Name in TypeName<Messages>]: LazyMessage<Name, Messages[Name]>;
}[TypeName<Messages>];
