import { functions, known } from '../check-options.js';
import { invalidOption } from '../error-codes.js';
import { COMMON, resolveEndpoint } from '../options.js';
import { ReadyState } from '../web-socket.js';
import { StandardWebSocket, type StandardWebSocketOptions } from './standard-web-socket.js';

/** A class of WebSockets as browsers have it. */
export interface StandardWebSocketClass {
  new (url: string | URL, protocols?: string | readonly string[]): StandardWebSocket;
  readonly prototype: StandardWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

const NAMES = ['connect', 'transport', 'headers'];

/**
 * Makes a class that code written for the `WebSocket` of browsers takes for it. What the standard has no
 * place for, such as limits and compression, is said here once.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_UNSUPPORTED`
 *
 * @example
 * const WebSocket = standardWebSocket({ connect });
 * const ws = new WebSocket('ws://127.0.0.1:1833/', 'chat');
 * ws.onmessage = ({ data }) => console.log(data);
 */
export function standardWebSocket(options: StandardWebSocketOptions): StandardWebSocketClass {
  known(options, [...NAMES, ...COMMON.filter((name) => name !== 'textAsBytes')]);
  resolveEndpoint(options, false, NAMES);
  functions(options, ['connect']);
  if (options.connect === undefined) {
    throw invalidOption('connect', options.connect, "the function of 'gev'");
  }
  return class extends StandardWebSocket {
    static readonly CONNECTING = ReadyState.connecting;
    static readonly OPEN = ReadyState.open;
    static readonly CLOSING = ReadyState.closing;
    static readonly CLOSED = ReadyState.closed;

    constructor(url: string | URL, protocols?: string | readonly string[]) {
      super(options, url, protocols);
    }
  };
}
