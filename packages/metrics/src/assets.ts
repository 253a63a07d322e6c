import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pathOf } from './path-of.js';
import { takesGzip } from './takes-gzip.js';

/** A file that is kept in memory, as it is sent. */
interface Asset {
  readonly body: Uint8Array;
  readonly zipped: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The dashboard's files: the page at `/`, the rest under `/assets/`. */
export class Assets {
  readonly #assets: ReadonlyMap<string, Asset>;

  /**
   * Reads the folder, which ends with a slash, at once. What is asked for later is looked up among
   * its files, so no path leads to another file.
   */
  constructor(folder: URL) {
    this.#assets = new Map(
      readdirSync(folder).map((name) => [
        name === 'index.html' ? '/' : `/assets/${name}`,
        readAsset(new URL(name, folder)),
      ]),
    );
  }

  /** Answers a GET or HEAD of one of the files; returns false, and does nothing, for any other. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const asset = this.#assets.get(pathOf(request));
    if (asset === undefined) return false;
    if (isKnown(request, asset)) response.writeHead(304, asset.headers).end();
    else send(asset, request, response);
    return true;
  }
}

function readAsset(file: URL): Asset {
  const body = readFileSync(file);
  return {
    body,
    zipped: gzipSync(body),
    headers: {
      'Content-Type': TYPES[extname(file.pathname)] ?? 'application/octet-stream',
      // Kept, but asked about each time: a new version is seen at once.
      'Cache-Control': 'no-cache',
      ETag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      Vary: 'Accept-Encoding',
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
  };
}

/** Tags are compared weakly: RFC 9110, 13.1.2. */
function isKnown(request: IncomingMessage, asset: Asset): boolean {
  const known = request.headers['if-none-match']?.split(',') ?? [];
  return known.some((tag) => tag.trim() === '*' || tag.trim() === asset.headers['ETag']);
}

/** To HEAD node:http sends the head alone. */
function send(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const isZipped = takesGzip(request);
  const body = isZipped ? asset.zipped : asset.body;
  response.writeHead(200, {
    ...asset.headers,
    ...(isZipped && { 'Content-Encoding': 'gzip' }),
    'Content-Length': body.length,
  });
  response.end(body);
}
