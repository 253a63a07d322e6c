import { serve } from './serve.js';

/** The part of Bun's WebSocket that is used here; @types/bun would shadow @types/node. */
export interface BunWebSocket {
  /** Returns the bytes sent, 0 when the message was dropped, -1 when it waits in memory. */
  send(message: string | Uint8Array): number;
  subscribe(topic: string): void;
}

/** Calls of Bun.serve for each WebSocket; `message` gets a Buffer where it is binary. */
export interface BunWebSocketCallbacks {
  open?(ws: BunWebSocket): void;
  message(ws: BunWebSocket, message: string | Uint8Array): void;
}

export interface BunServer {
  readonly port: number;
  /** To all subscribers of the topic. */
  publish(topic: string, message: string | Uint8Array): number;
  /** Whether the request becomes a WebSocket: there must be no response then. */
  upgrade(request: Request): boolean;
}

interface BunRuntime {
  gc(synchronous: boolean): void;
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: BunWebSocketCallbacks;
  }): BunServer;
}

declare const Bun: BunRuntime;

/** Serves WebSockets with Bun.serve, with its defaults. */
export function bunServe(websocket: BunWebSocketCallbacks): BunServer {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request, server) {
      return server.upgrade(request) ? undefined : new Response(null, { status: 426 });
    },
    websocket,
  });
  serve(server.port, () => Bun.gc(true));
  return server;
}
