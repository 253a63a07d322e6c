import { serve } from './serve.js';

/** The part of Bun's API that its servers here use; @types/bun would shadow @types/node. */
interface BunSocket<State> {
  data: State;
  /** Returns how many bytes the kernel took, or -1 when the socket is closed. */
  write(data: Uint8Array): number;
}

interface BunRuntime {
  gc(synchronous: boolean): void;
  listen<State>(options: {
    hostname: string;
    port: number;
    socket: {
      open(socket: BunSocket<State>): void;
      data(socket: BunSocket<State>, data: Buffer): void;
      drain(socket: BunSocket<State>): void;
      error(socket: BunSocket<State>, error: Error): void;
    };
  }): { port: number };
}

declare const Bun: BunRuntime;

/** Makes the answer to a chunk, or nothing. Called once a connection to start it. */
export type Answer = (chunk: Buffer) => Uint8Array | undefined;

interface State {
  readonly answer: Answer;
  /** What the kernel did not take, in order. */
  pending: Uint8Array[];
}

/** Serves with Bun.listen; what the kernel does not take at once leaves on `drain`. */
export function bunListen(open: () => Answer): void {
  const { port } = Bun.listen<State>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        socket.data = { answer: open(), pending: [] };
      },
      data(socket, chunk) {
        const reply = socket.data.answer(chunk);
        if (reply !== undefined) send(socket, reply);
      },
      drain(socket) {
        const { pending } = socket.data;
        socket.data.pending = [];
        for (const bytes of pending) send(socket, bytes);
      },
      error() {},
    },
  });
  serve(port, () => Bun.gc(true));
}

function send(socket: BunSocket<State>, bytes: Uint8Array): void {
  const { pending } = socket.data;
  const taken = pending.length > 0 ? 0 : socket.write(bytes);
  // Bun reuses the buffer of a chunk, so what waits is a copy.
  if (taken >= 0 && taken < bytes.length) pending.push(bytes.slice(taken));
}
