import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client of an echo server: a socket of node:net. */
export class EchoClient {
  readonly socket: Socket;
  #received = 0;
  #told: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', ({ length }) => {
      this.#received += length;
      this.#told();
    });
    socket.on('error', () => {});
  }

  static async connect(address: string): Promise<EchoClient> {
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    await once(socket, 'connect');
    return new EchoClient(socket);
  }

  /** Connects so many, each after the one before. */
  static async several(address: string, count: number): Promise<EchoClient[]> {
    const clients: EchoClient[] = [];
    for (let i = 0; i < count; i += 1) clients.push(await EchoClient.connect(address));
    return clients;
  }

  /** Sends a message, and waits until as many bytes came back. */
  async echo(message: string): Promise<void> {
    const wanted = this.#received + message.length;
    this.socket.write(message);
    while (this.#received < wanted) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  async end(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.end();
    await closed;
  }
}

/** Waits for a condition; fails with a reason after ten seconds. */
export async function until<Value>(
  ask: () => Value | Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
