import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A peer that nobody here wrote: a node:net socket, with what it received. */
export class Client {
  readonly socket: Socket;
  /** What ended it: 'end' of the server's side, then 'close'. */
  ended = false;
  closed = false;
  failed: NodeJS.ErrnoException | undefined;
  #received: Buffer[] = [];
  #size = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received.push(chunk);
      this.#size += chunk.length;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error) => {
      this.failed = error;
    });
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Connects to a server's `address`, and keeps its own side open when the server ends. */
  static async connect(address: string): Promise<Client> {
    const url = new URL(address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket =
      url.protocol === 'unix:'
        ? connect({ path: url.pathname, allowHalfOpen: true })
        : connect({ host, port: Number(url.port), allowHalfOpen: true });
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  get received(): Buffer {
    const all = Buffer.concat(this.#received);
    this.#received = [all];
    return all;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves when at least `size` bytes have come in all. */
  async receive(size: number): Promise<Buffer> {
    await until(
      () => this.#size >= size,
      () => `${this.#size} of ${size} bytes came`,
    );
    return this.received;
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Waits for a condition, looking at it each turn; fails with a reason after ten seconds. */
export async function until(
  condition: () => boolean,
  reason: () => string = () => '',
): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`waited ten seconds for ${condition}: ${reason()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
