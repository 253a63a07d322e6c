import { isAnyArrayBuffer } from 'node:util/types';
import { type GevError, isGevError, messageOf as whyOf } from '@gev/core';
import { type ConnectWebSocketOptions, connectWebSocket } from '../client.js';
import { CloseCode, MAX_REASON } from '../close-codes.js';
import { handshakeError } from '../error-codes.js';
import { parseWebSocketUrl } from '../handshake/client-request.js';
import type { ResponseHead } from '../handshake/head.js';
import { isToken } from '../handshake/tokens.js';
import type { CommonOptions } from '../options.js';
import { ReadyState, type WebSocket } from '../web-socket.js';
import { StandardEventTarget } from './event-target.js';
import { WebSocketCloseEvent, WebSocketErrorEvent } from './events.js';

/** What all WebSockets of one class have in common. Bytes and milliseconds. */
export type StandardWebSocketOptions = Omit<CommonOptions, 'textAsBytes'> &
  Pick<ConnectWebSocketOptions, 'connect' | 'transport' | 'headers'>;

/** What `binaryType` may be. */
export type BinaryType = 'blob' | 'arraybuffer';

/**
 * A client with the face of the WHATWG standard (https://websockets.spec.whatwg.org/), as browsers have
 * it. Local misuse throws a `DOMException` as there, not a `GevError`.
 */
export class StandardWebSocket extends StandardEventTarget {
  readonly CONNECTING = ReadyState.connecting;
  readonly OPEN = ReadyState.open;
  readonly CLOSING = ReadyState.closing;
  readonly CLOSED = ReadyState.closed;
  readonly url: string;
  readonly #attempt = new AbortController();
  readonly #origin: string;
  #ws: WebSocket | undefined = undefined;
  #isOver = false;
  #failure: GevError | undefined = undefined;
  #extensions = '';
  #binaryType: BinaryType = 'blob';
  #dropped = 0;

  /** @throws DOMException `SyntaxError` for a URL or subprotocols that are none */
  constructor(
    options: StandardWebSocketOptions,
    url: string | URL,
    protocols: string | readonly string[] = [],
  ) {
    super();
    const { href, origin } = readUrl(url);
    this.url = href;
    this.#origin = origin;
    connectWebSocket(href, {
      ...options,
      protocols: readProtocols(protocols),
      signal: this.#attempt.signal,
      onOpen: (ws, response) => this.#open(ws, response),
      onMessage: (_ws, data) => this.#receive(data),
      onError: (_ws, error) => {
        this.#failure = error;
      },
      onClose: (_ws, code, reason, wasClean) => this.#end(code, reason, wasClean),
    }).catch((error: unknown) => this.#fail(error));
  }

  get readyState(): ReadyState {
    if (this.#isOver) return ReadyState.closed;
    if (this.#attempt.signal.aborted) return ReadyState.closing;
    return this.#ws?.readyState ?? ReadyState.connecting;
  }

  get protocol(): string {
    return this.#ws?.protocol ?? '';
  }

  get extensions(): string {
    return this.#extensions;
  }

  /** Whether binary messages come as `Blob` (the default) or as `ArrayBuffer`. */
  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    if (type === 'blob' || type === 'arraybuffer') this.#binaryType = type;
  }

  /**
   * Bytes that `send` took and the kernel has not, with the heads of their frames, and those of messages
   * that were dropped because they came too late.
   */
  get bufferedAmount(): number {
    return (this.#ws?.bufferedAmount ?? 0) + this.#dropped;
  }

  /**
   * Sends text, or bytes as a binary message; they are copied at once. What is closing or closed drops it.
   *
   * @throws DOMException `InvalidStateError` while it is connecting; TypeError for a `Blob`, which would
   * have to be read first
   */
  send(data: string | ArrayBufferLike | ArrayBufferView): void {
    if (this.readyState === ReadyState.connecting) {
      throw new DOMException('it is connecting: send from the event open on', 'InvalidStateError');
    }
    const message = messageOf(data);
    if (this.readyState === ReadyState.open) this.#ws?.send(message);
    else this.#dropped += Buffer.byteLength(message);
  }

  /**
   * Closes, without a code if none is given. Before it is open, the attempt is given up.
   *
   * @param code 1000, or 3000 to 4999
   * @param reason at most 123 bytes
   * @throws DOMException `InvalidAccessError` for another code, `SyntaxError` for a longer reason
   */
  close(code?: number, reason?: string): void {
    const text = reason === undefined ? '' : String(reason);
    const status = code === undefined ? undefined : readCode(code);
    if (Buffer.byteLength(text) > MAX_REASON) {
      throw new DOMException(`the close reason is longer than ${MAX_REASON} bytes`, 'SyntaxError');
    }
    if (this.#ws === undefined) this.#attempt.abort();
    else this.#ws.close(status ?? (text === '' ? CloseCode.noStatus : CloseCode.normal), text);
  }

  #open(ws: WebSocket, response: ResponseHead): void {
    this.#ws = ws;
    this.#extensions = response.headers.get('sec-websocket-extensions') ?? '';
    this.dispatchEvent(new Event('open'));
  }

  #receive(data: string | Uint8Array): void {
    const whole = typeof data === 'string' ? data : this.#copy(data);
    this.dispatchEvent(new MessageEvent('message', { data: whole, origin: this.#origin }));
  }

  #copy(bytes: Uint8Array): ArrayBuffer | Blob {
    return this.#binaryType === 'blob' ? new Blob([bytes]) : Uint8Array.from(bytes).buffer;
  }

  #fail(error: unknown): void {
    // A `connect` that is not gev's may reject with anything, and nobody awaits it here.
    this.#failure = isGevError(error) ? error : handshakeError(whyOf(error), error);
    this.#end(CloseCode.abnormal, '', false);
  }

  #end(code: number, reason: string, wasClean: boolean): void {
    this.#isOver = true;
    const failure = this.#failure;
    if (failure === undefined) {
      this.dispatchEvent(new WebSocketCloseEvent(code, reason, wasClean));
      return;
    }
    this.dispatchEvent(new WebSocketErrorEvent(failure));
    // What this side told the peer is nothing that the peer said.
    this.dispatchEvent(new WebSocketCloseEvent(CloseCode.abnormal, '', false));
  }
}

/** The URL as the standard reads it: `http` is as good as `ws`. */
function readUrl(url: string | URL): { href: string; origin: string } {
  const text = String(url).replace(/^http(?=s?:)/i, 'ws');
  try {
    parseWebSocketUrl(text);
  } catch (error) {
    throw new DOMException((error as GevError).message, 'SyntaxError');
  }
  return new URL(text);
}

/** Rounded, as the standard does it (`[Clamp]` of Web IDL). */
function readCode(given: number): number {
  const code = Math.round(given);
  if (code === CloseCode.normal || (code >= 3000 && code <= 4999)) return code;
  const text = `the close code is ${given}: give 1000, or 3000 to 4999`;
  throw new DOMException(text, 'InvalidAccessError');
}

function readProtocols(given: string | readonly string[]): readonly string[] {
  const protocols = typeof given === 'string' ? [given] : [...given];
  const wrong = protocols.find((name, at) => !isToken(name) || protocols.indexOf(name) !== at);
  if (wrong === undefined) return protocols;
  throw new DOMException(`a subprotocol is '${wrong}': give tokens, each once`, 'SyntaxError');
}

function messageOf(data: unknown): string | Uint8Array {
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (isAnyArrayBuffer(data)) return new Uint8Array(data);
  if (data instanceof Blob) {
    throw new TypeError('a Blob cannot be sent: send what await blob.arrayBuffer() gives');
  }
  return String(data);
}
