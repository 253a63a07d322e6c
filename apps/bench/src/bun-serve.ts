import { serve } from './serve.js';

/** The part of Bun's WebSocket that is used here; @types/bun would shadow @types/node. */
export interface BunWebSocket {
  /** Returns the bytes sent, 0 when the message was dropped, -1 when it waits in memory. */
  send(message: string | Uint8Array): number;
}

/** Calls of Bun.serve for each WebSocket; `message` gets a Buffer where it is binary. */
export interface BunWebSocketCallbacks {
  message(ws: BunWebSocket, message: string | Uint8Array): void;
}

interface BunServer {
  readonly port: number;
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
export function bunServe(websocket: BunWebSocketCallbacks): void {
  const { port } = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request, server) {
      return server.upgrade(request) ? undefined : new Response(null, { status: 426 });
    },
    websocket,
  });
  serve(port, () => Bun.gc(true));
}
