import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Assets } from './assets.js';
import type { Exposition } from './exposition.js';
import type { SampleFeed } from './sample-feed.js';

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

/** The HTTP server of metrics, feed and page; not yet listening. */
export function createEndpoint(options: EndpointOptions): Server {
  return createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      send(response, 500, 'text/plain; charset=utf-8', `${error}\n`);
    });
  });
}

async function answer(
  { path, feed, assets, exposition }: EndpointOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, 'text/plain; charset=utf-8', 'only GET and HEAD\n');
  }
  const wanted = (request.url ?? '/').split('?', 1)[0]!;
  if (wanted === path) {
    return send(response, 200, exposition.contentType, await exposition.text());
  }
  if (wanted === '/feed') return send(response, 200, JSON_TYPE, feed.history());
  if (wanted === '/feed/live') return follow(feed, request, response);
  if (assets.answer(request, response)) return;
  send(response, 404, 'text/plain; charset=utf-8', `nothing is at ${wanted}: try / or ${path}\n`);
}

function follow(feed: SampleFeed, request: IncomingMessage, response: ServerResponse): void {
  setHeaders(response, EVENTS_TYPE);
  if (request.method === 'HEAD') response.end();
  else feed.follow(response);
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
