import { functions, texts } from './check-options.js';
import type { HeaderFields } from './handshake/fields.js';
import type { HeadLimits } from './handshake/head-reader.js';
import type { HttpReply } from './handshake/response-writer.js';
import { isToken } from './handshake/tokens.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

/** How a request is accepted. */
export interface Acceptance<Data> {
  readonly isAccepted: true;
  readonly protocol?: string | undefined;
  readonly headers?: HeaderFields;
  readonly data?: Data;
}

/** What a hook says to a request: see {@link accept} and {@link reject}. */
export type Verdict<Data> =
  | Acceptance<Data>
  | { readonly isAccepted: false; readonly reply: HttpReply };

/** What {@link accept} is given. */
export interface AcceptOptions<Data> {
  /** The subprotocol, one that the client offers; '' for none. Default: by the option `protocols`. */
  readonly protocol?: string;
  /** More headers for the answer. */
  readonly headers?: HeaderFields;
  /** What `ws.data` starts as. */
  readonly data?: Data;
}

/** Lets a request become a WebSocket. */
export function accept<Data = undefined>(options: AcceptOptions<Data> = {}): Verdict<Data> {
  return { isAccepted: true, ...options };
}

/** Answers a request with a status of HTTP instead, and closes. */
export function reject(
  status: number,
  headers: HeaderFields = {},
  body: string | Uint8Array = '',
): Verdict<never> {
  return { isAccepted: false, reply: { status, headers, body } };
}

/** What a server decides by itself. */
export interface ServerHookOptions<Data> {
  /**
   * Asked about every request to become a WebSocket that is in order; without it, or when it answers
   * nothing, all are accepted. While its promise is pending nothing more is read.
   */
  upgrade?(request: UpgradeRequest): Verdict<Data> | undefined | Promise<Verdict<Data> | undefined>;
  /** Answers every other request. Without it, or when it answers nothing: 426. */
  request?(request: UpgradeRequest): HttpReply | undefined | Promise<HttpReply | undefined>;
  /** Subprotocols; of those that a client offers the first that stands here is chosen. */
  readonly protocols?: readonly string[];
  /**
   * Origins whose pages may connect, such as `https://example.org`: others get 403. Requests without
   * an origin come from no page and pass. A function decides by itself, at once: what takes time to
   * find out is for `upgrade`. Default: all.
   */
  readonly origins?: readonly string[] | ((request: UpgradeRequest) => boolean);
}

/** The same, checked. */
export interface ServerHooks<Data> {
  readonly upgrade: ServerHookOptions<Data>['upgrade'];
  readonly request: ServerHookOptions<Data>['request'];
  readonly protocols: readonly string[];
  readonly headLimits: HeadLimits;
  isOriginAllowed(request: UpgradeRequest): boolean;
}

/** Names of {@link ServerHookOptions}. */
export const HOOKS = ['upgrade', 'request', 'protocols', 'origins'];

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function resolveHooks<Data>(
  options: ServerHookOptions<Data>,
  headLimits: HeadLimits,
): ServerHooks<Data> {
  functions(options, ['upgrade', 'request']);
  return {
    upgrade: options.upgrade?.bind(options),
    request: options.request?.bind(options),
    protocols: texts('protocols', options.protocols ?? [], isToken, 'tokens'),
    headLimits,
    isOriginAllowed: originRule(options.origins),
  };
}

// As browsers write them: nothing else would ever be met.
const ORIGIN = /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^/?#@\sA-Z]+)$/;

function originRule(
  origins: ServerHookOptions<never>['origins'],
): (request: UpgradeRequest) => boolean {
  if (origins === undefined) return () => true;
  // A promise, which an async function gives, is no yes.
  if (typeof origins === 'function') return (request) => origins(request) === true;
  const allowed = new Set(
    texts('origins', origins, (text) => ORIGIN.test(text), 'origins such as https://example.org'),
  );
  return ({ origin }) => origin === undefined || allowed.has(origin);
}
