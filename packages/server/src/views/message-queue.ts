import type { Connection } from '@gev/core';

/** Messages that wait from which on reading pauses, and to which it goes on. */
const FULL = 16;
const ROOM = 8;

interface Reader<In> {
  resolve(result: IteratorResult<In, undefined>): void;
  reject(error: unknown): void;
}

/** The messages of one connection, to be asked for; pauses the connection while enough wait. */
export class MessageQueue<In> implements AsyncIterableIterator<In, undefined> {
  readonly #connection: Pick<Connection, 'pause' | 'resume'>;
  readonly #messages: In[] = [];
  readonly #readers: Reader<In>[] = [];
  #paused = false;
  #over = false;
  #failure: unknown;

  constructor(connection: Pick<Connection, 'pause' | 'resume'>) {
    this.#connection = connection;
  }

  push(message: In): void {
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: message });
      return;
    }
    if (this.#over) return;
    this.#messages.push(message);
    if (this.#messages.length < FULL || this.#paused) return;
    this.#paused = true;
    this.#connection.pause();
  }

  /** No more messages come; with an error, because of it. What waits is still given. */
  finish(failure?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    for (const reader of this.#readers.splice(0)) this.#end(reader);
  }

  next(): Promise<IteratorResult<In, undefined>> {
    return new Promise((resolve, reject) => this.#give({ resolve, reject }));
  }

  /** Whoever breaks out of the loop wants no more. */
  async return(): Promise<IteratorResult<In, undefined>> {
    this.#messages.length = 0;
    this.finish();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #give(reader: Reader<In>): void {
    if (this.#messages.length === 0) {
      if (this.#over) this.#end(reader);
      else this.#readers.push(reader);
      return;
    }
    reader.resolve({ done: false, value: this.#messages.shift() as In });
    if (!this.#paused || this.#messages.length > ROOM) return;
    this.#paused = false;
    this.#connection.resume();
  }

  #end({ resolve, reject }: Reader<In>): void {
    const failure = this.#failure;
    // Told once, as a generator would.
    this.#failure = undefined;
    if (failure === undefined) resolve({ done: true, value: undefined });
    else reject(failure);
  }
}
