// faye-websocket and permessage-deflate carry no types: what the tests use of them.
declare module 'faye-websocket' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  interface Options {
    extensions?: unknown[];
    maxLength?: number;
  }

  class Peer extends EventEmitter {
    protocol: string;
    send(message: string | Buffer): boolean;
    ping(message: string, onPong?: () => void): boolean;
    close(code?: number, reason?: string): void;
  }

  class Client extends Peer {
    constructor(url: string, protocols?: string[], options?: Options);
  }

  class WebSocket extends Peer {
    static readonly Client: typeof Client;
    constructor(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      protocols?: string[],
      options?: Options,
    );
  }

  export = WebSocket;
}

declare module 'permessage-deflate' {
  interface Deflate {
    configure(options: {
      noContextTakeover?: boolean;
      maxWindowBits?: number;
      requestNoContextTakeover?: boolean;
      requestMaxWindowBits?: number;
    }): Deflate;
  }

  const deflate: Deflate;
  export = deflate;
}
