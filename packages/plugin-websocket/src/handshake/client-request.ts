import { texts } from '../check-options.js';
import { invalidOption } from '../error-codes.js';
import { fieldLines, type HeaderFields } from './fields.js';
import { isToken } from './tokens.js';

/** Where a client goes: what `ws://` and `ws+unix://` say. */
export interface WebSocketUrl {
  /** For the connector: `tcp://HOST:PORT` or `unix:///PATH`. */
  readonly address: string;
  readonly host: string;
  readonly target: string;
}

const FORMS = 'ws://HOST[:PORT][/PATH] or ws+unix:///SOCKET[:/PATH]; wss:// needs a proxy for TLS';

/**
 * Reads `ws://HOST:PORT/PATH` or `ws+unix:///SOCKET:/PATH`.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function parseWebSocketUrl(text: string | URL): WebSocketUrl {
  const url = text instanceof URL ? text.href : text;
  if (typeof url !== 'string') throw invalidOption('the url', url, FORMS);
  if (url.startsWith('ws+unix://')) {
    const [socket = '', ...path] = url.slice('ws+unix://'.length).split(':');
    if (!socket.startsWith('/')) throw invalidOption('the url', url, FORMS);
    return { address: `unix://${socket}`, host: 'localhost', target: path.join(':') || '/' };
  }
  if (!URL.canParse(url)) throw invalidOption('the url', url, FORMS);
  const { protocol, hostname, host, port, pathname, search, hash, username, password } = new URL(
    url,
  );
  if (protocol !== 'ws:' || hash !== '') throw invalidOption('the url', url, FORMS);
  if (username !== '' || password !== '') {
    throw invalidOption(
      'the url',
      'one with a name or password',
      'them in a header: Authorization',
    );
  }
  return {
    address: `tcp://${hostname}:${port === '' ? 80 : port}`,
    host,
    target: `${pathname}${search}`,
  };
}

/** What a client asks for. */
export interface ClientRequest {
  readonly url: WebSocketUrl;
  /** 16 random bytes in base64. */
  readonly key: string;
  readonly protocols: readonly string[];
  /** The offer of extensions, empty for none. */
  readonly extensions: string;
  readonly headers: HeaderFields;
}

const OWN = new Set([
  'host',
  'connection',
  'upgrade',
  'content-length',
  'transfer-encoding',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
]);

/**
 * The bytes of an opening handshake (RFC 6455, section 4.1).
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function writeClientRequest(request: ClientRequest): Uint8Array {
  const { url, key, protocols, extensions, headers } = request;
  const isOnce = (name: string) => protocols.indexOf(name) === protocols.lastIndexOf(name);
  texts('protocols', protocols, (name) => isToken(name) && isOnce(name), 'tokens, each once');
  if (!/^[\x21-\x7e]+$/.test(url.target)) {
    throw invalidOption('the path', url.target, 'printable ASCII, the rest percent-encoded');
  }
  const lines = [
    `GET ${url.target} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    ...(protocols.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`]),
    ...(extensions === '' ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n${fieldLines(headers, OWN)}\r\n`, 'latin1');
}
