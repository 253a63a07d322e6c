import { randomBytes } from 'node:crypto';
import type { Connection, GevError, ReadBuffer } from '@gev/core';
import { isGevError } from '@gev/core';
import { makeOffer, readAnswer } from './deflate/negotiation.js';
import { handshakeError } from './error-codes.js';
import type { Greeting } from './greeting.js';
import { checkResponse } from './handshake/check-response.js';
import { type WebSocketUrl, writeClientRequest } from './handshake/client-request.js';
import type { HeaderFields } from './handshake/fields.js';
import { parseResponseHead, type ResponseHead } from './handshake/head.js';
import { type HeadLimits, HeadReader } from './handshake/head-reader.js';
import { HttpError } from './handshake/http-error.js';
import { type Outbound, PackedBytes } from './outbound.js';
import type { WebSocketSession } from './session.js';

/** What a client asks for, and who is told what comes of it. */
export interface ClientTerms {
  readonly url: WebSocketUrl;
  readonly protocols: readonly string[];
  readonly headers: HeaderFields;
  readonly headLimits: HeadLimits;
  onAccepted(): void;
  onRefused(error: GevError): void;
}

/** A client's side of the opening handshake: sends the request at once, and checks the answer. */
export class ClientGreeting<Data> implements Greeting {
  readonly #session: WebSocketSession<Data, ResponseHead>;
  readonly #connection: Connection<Outbound>;
  readonly #terms: ClientTerms;
  readonly #key = randomBytes(16).toString('base64');
  readonly #reader: HeadReader;
  #isOver = false;

  constructor(session: WebSocketSession<Data, ResponseHead>, terms: ClientTerms) {
    this.#session = session;
    this.#connection = session.connection;
    this.#terms = terms;
    this.#reader = new HeadReader(terms.headLimits);
    const { deflate, timing } = session.endpoint;
    const extensions = deflate === undefined ? '' : makeOffer(deflate.settings);
    const request = writeClientRequest({ ...terms, key: this.#key, extensions });
    session.arm(timing.handshakeTimeout);
    this.#connection.send(new PackedBytes(request));
  }

  advance(buffer: ReadBuffer): void {
    const response = this.#read(buffer);
    if (this.#isOver) buffer.retrieve(buffer.length);
    if (response === undefined) return;
    this.#session.open(response, this.#agreed(response));
    this.#terms.onAccepted();
  }

  expire(): void {
    this.#refuse(handshakeError('the server took too long to answer: handshakeTimeout'));
  }

  goAway(): void {}

  abort(): void {
    this.#refuse(handshakeError('the connection ended before the answer was there'));
  }

  /** The answer, when it is there and in order. */
  #read(buffer: ReadBuffer): ResponseHead | undefined {
    try {
      while (!this.#isOver) {
        const size = this.#reader.find(buffer);
        if (size === undefined) return undefined;
        const response = parseResponseHead(this.#reader.text(buffer, size));
        buffer.retrieve(size);
        // An interim answer, such as 103, is followed by another one.
        if (response.status < 200 && response.status !== 101) continue;
        const { protocols } = this.#terms;
        this.#session.protocol = checkResponse(response, this.#key, protocols);
        this.#agreed(response);
        return response;
      }
    } catch (error) {
      this.#refuse(error);
    }
    return undefined;
  }

  #agreed({ headers }: ResponseHead): ReturnType<typeof readAnswer> {
    const { deflate } = this.#session.endpoint;
    return readAnswer(headers.get('sec-websocket-extensions'), deflate?.settings);
  }

  #refuse(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const why = error instanceof HttpError ? handshakeError(error.message) : error;
    if (!isGevError(why)) throw error;
    this.#terms.onRefused(why);
    this.#connection.destroy();
  }
}
