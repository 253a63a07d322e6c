import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Assets } from '../../src/assets.js';
import type { Sample } from '../../src/sample.js';

/** The page's server in a test's hand: it says what it is told to say, and when. */
export class FeedServer {
  samples: Sample[];
  /** Milliseconds between samples, as the page is told. */
  interval = 1000;
  /** Answered instead of the feed. */
  failure: number | undefined = undefined;
  readonly #followers = new Set<ServerResponse>();
  readonly #server: Server;

  private constructor(samples: Sample[]) {
    const assets = new Assets(new URL('../../dist/page/', import.meta.url));
    this.samples = samples;
    this.#server = createServer((request, response) => {
      if (assets.answer(request, response)) return;
      if (this.failure !== undefined) response.writeHead(this.failure).end();
      else if (request.url === '/feed') response.end(this.#history());
      else this.#follow(response);
    });
  }

  static async start(samples: Sample[], port = 0): Promise<FeedServer> {
    const server = new FeedServer(samples);
    server.#server.listen(port, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  push(sample: Sample): void {
    this.samples.push(sample);
    for (const follower of this.#followers) follower.write(`data: ${JSON.stringify(sample)}\n\n`);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #history(): string {
    return JSON.stringify({ interval: this.interval, samples: this.samples });
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    this.#followers.add(response);
    response.on('close', () => this.#followers.delete(response));
  }
}
