import type { Address } from '@gev/core';
import type { Headers, RequestHead } from './head.js';
import { listOf } from './tokens.js';

/** What stands before the path where the target is a whole URL (RFC 9112, section 3.2.2). */
const HOST = /^[^/]+:\/\/[^/]*/;

/** A request, as the hooks see it. */
export class UpgradeRequest {
  readonly method: string;
  /** As it stands in the request line: `/chat?room=1`; a proxy may send `http://HOST/chat?room=1`. */
  readonly url: string;
  /** By their names in lower case; see {@link Headers}. */
  readonly headers: Headers;
  readonly remoteAddress: Address;
  #query: URLSearchParams | undefined = undefined;

  constructor(head: RequestHead, remoteAddress: Address) {
    this.method = head.method;
    this.url = head.target;
    this.headers = head.headers;
    this.remoteAddress = remoteAddress;
  }

  /** The path of the url: up to its question mark, not decoded. */
  get path(): string {
    const end = this.url.indexOf('?');
    const target = end === -1 ? this.url : this.url.slice(0, end);
    return target.startsWith('/') ? target : target.replace(HOST, '') || '/';
  }

  /** What stands behind the question mark. */
  get query(): URLSearchParams {
    const start = this.url.indexOf('?');
    this.#query ??= new URLSearchParams(start === -1 ? '' : this.url.slice(start + 1));
    return this.#query;
  }

  /** Which page a browser's request comes from; other clients need not tell. */
  get origin(): string | undefined {
    return this.headers.get('origin');
  }

  /** Subprotocols that the client offers, the one that it likes best first. */
  get protocols(): readonly string[] {
    return listOf(this.headers.get('sec-websocket-protocol'));
  }
}
