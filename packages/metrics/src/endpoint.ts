import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { messageOf } from '@gev/core';
import type { Assets } from './assets.js';
import type { Exposition } from './exposition.js';
import { pathOf } from './path-of.js';
import type { SampleFeed } from './sample-feed.js';
import { takesGzip } from './takes-gzip.js';

/** What the endpoint answers with, beside the page. */
export interface EndpointOptions {
  /** The path of the metrics. */
  readonly path: string;
  readonly feed: SampleFeed;
  /** The page and its files. */
  readonly assets: Assets;
  readonly exposition: Exposition;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const EVENTS_TYPE = 'text/event-stream; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Bytes from which on a zipped body pays. */
const WORTH_ZIPPING = 1_024;

/** Ten minutes of 16 loops are 2.5 MB; the quickest way makes a tenth of it, and is done each time. */
const ZIP = { level: constants.Z_BEST_SPEED };

const zip = promisify(gzip);

/** Connections at once: scrapers and people are few, and the descriptors are the server's. */
const MOST_CONNECTIONS = 128;

/** How long the endpoint waits for others, in milliseconds. */
export interface Patience {
  /** For a request to come whole. */
  readonly request: number;
  /** From one look at such requests to the next: one may take that much longer. */
  readonly look: number;
  /** For who takes nothing of an answer: it lies in this process's memory until then. */
  readonly answer: number;
}

/** Who asks is near. */
const PATIENCE: Patience = { request: 10_000, look: 1_000, answer: 30_000 };

/** The HTTP server of metrics, feed and page; not yet listening. */
export function createEndpoint(options: EndpointOptions, patience = PATIENCE): Server {
  const limits = {
    requestTimeout: patience.request,
    headersTimeout: patience.request,
    connectionsCheckingInterval: patience.look,
  };
  const server = createServer(limits, (request, response) => {
    if (!isNext(request, response)) return;
    answer(options, request, response).catch((error: unknown) => fail(response, error));
  });
  server.timeout = patience.answer;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** Connections whose answer has not left. */
const answering = new WeakSet<Socket>();

/**
 * Whether the answer before this one has left. If not, the connection ends: scrapers and browsers wait
 * for an answer, and of those who do not, one read's requests would be thousands of answers in memory.
 */
function isNext({ socket }: IncomingMessage, response: ServerResponse): boolean {
  if (answering.has(socket)) {
    socket.destroy();
    return false;
  }
  answering.add(socket);
  response.once('close', () => answering.delete(socket));
  return true;
}

/** A head that has left cannot be taken back; then the answer ends where it is. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.removeHeader('content-encoding');
  send(response, 500, TEXT_TYPE, `${messageOf(error)}\n`);
}

async function answer(
  { path, feed, assets, exposition }: EndpointOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, TEXT_TYPE, 'only GET and HEAD\n');
  }
  const wanted = pathOf(request);
  if (wanted === path) {
    return sendZipped(request, response, exposition.contentType, await exposition.text());
  }
  if (wanted === '/feed') return sendZipped(request, response, JSON_TYPE, feed.history());
  if (wanted === '/feed/live') return follow(feed, request, response);
  if (assets.answer(request, response)) return;
  send(response, 404, TEXT_TYPE, `nothing is at ${wanted}: try / or ${path}\n`);
}

function follow(feed: SampleFeed, request: IncomingMessage, response: ServerResponse): void {
  setHeaders(response, EVENTS_TYPE);
  if (request.method === 'HEAD') response.end();
  else feed.follow(response);
}

/** Zipped where that pays and whoever asks takes it. */
async function sendZipped(
  request: IncomingMessage,
  response: ServerResponse,
  type: string,
  body: string | Uint8Array,
): Promise<void> {
  response.setHeader('vary', 'Accept-Encoding');
  if (body.length < WORTH_ZIPPING || !takesGzip(request)) return send(response, 200, type, body);
  const zipped = await zip(body, ZIP);
  response.setHeader('content-encoding', 'gzip');
  send(response, 200, type, zipped);
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array) {
  setHeaders(response, type);
  response.statusCode = status;
  response.setHeader('content-length', Buffer.byteLength(body));
  // To HEAD node:http sends the head alone.
  response.end(body);
}

function setHeaders(response: ServerResponse, type: string): void {
  response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
}
