import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HttpReply, UpgradeRequest } from '@gev/plugin-websocket';
import { roomOf } from './messages.js';

/** A file that is kept in memory. */
interface Page {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

const TYPES = {
  'chat.html': 'text/html; charset=utf-8',
  'chat.css': 'text/css; charset=utf-8',
  'chat.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type PageName = keyof typeof TYPES;

/** Nothing from elsewhere, nothing inline. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers requests with the files of a folder. */
export class Pages {
  readonly #pages: ReadonlyMap<string, Page>;

  /** Reads the folder, which ends with a slash, at once. */
  constructor(folder: URL) {
    const names = Object.keys(TYPES) as PageName[];
    this.#pages = new Map(names.map((name) => [name, readPage(folder, name)]));
  }

  answer({ method, path, headers }: UpgradeRequest): HttpReply {
    const page = this.#find(path);
    if (page === undefined) return { status: 404, body: 'there is nothing here\n' };
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, headers: { Allow: 'GET, HEAD' }, body: 'GET and HEAD are allowed\n' };
    }
    const known = headers.get('if-none-match')?.split(',') ?? [];
    const isKnown = known.some((tag) => tag.trim().replace(/^W\//, '') === page.headers['ETag']);
    // The answer to a HEAD loses its body on its way out, and keeps its length.
    return isKnown
      ? { status: 304, headers: page.headers }
      : { status: 200, headers: page.headers, body: page.body };
  }

  #find(path: string): Page | undefined {
    // Each room has an address of its own, to be sent to others.
    if (path === '/' || roomOf(path) !== undefined) return this.#pages.get('chat.html');
    return path === '/chat.html' ? undefined : this.#pages.get(path.slice(1));
  }
}

function readPage(folder: URL, name: PageName): Page {
  const body = readFileSync(new URL(name, folder));
  return {
    body,
    headers: {
      'Content-Type': TYPES[name],
      // Kept, but asked about each time: a new version is seen at once.
      'Cache-Control': 'no-cache',
      ETag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
  };
}
