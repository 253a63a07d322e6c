import { type Address, type Connection, GevError, type SendOptions } from '@gev/core';
import { TestLoop } from './test-loop.js';

const LOCAL: Address = { transport: 'tcp', host: '127.0.0.1', port: 1833 };
const REMOTE: Address = { transport: 'tcp', host: '127.0.0.1', port: 49_152 };

let lastId = 0;

/** A connection to nobody: keeps what is sent in memory, for tests of protocols and handlers. */
export class TestConnection<Out> implements Connection<Out> {
  readonly id: number;
  readonly localAddress = LOCAL;
  readonly remoteAddress = REMOTE;
  readonly loop: TestLoop;
  /** What was sent, in order. */
  readonly sent: Out[] = [];
  context: unknown = undefined;
  paused = false;
  /** Set by whoever plays the loop. */
  readBufferLength = 0;
  readonly writeBufferLength = 0;
  readonly bytesFlushed = 0;
  #ended: 'close' | 'destroy' | 'shutdownWrite' | undefined = undefined;
  readonly #values = new Map<string | symbol, unknown>();

  constructor(loop = new TestLoop()) {
    this.loop = loop;
    lastId += 1;
    this.id = lastId;
  }

  get sendable(): boolean {
    return this.#ended === undefined;
  }

  get closed(): boolean {
    return this.#ended === 'close' || this.#ended === 'destroy';
  }

  /** How the sending side was ended, if it was. */
  get ended(): 'close' | 'destroy' | 'shutdownWrite' | undefined {
    return this.#ended;
  }

  get<Value = unknown>(key: string | symbol): Value | undefined {
    return this.#values.get(key) as Value | undefined;
  }

  set(key: string | symbol, value: unknown): void {
    this.#values.set(key, value);
  }

  delete(key: string | symbol): boolean {
    return this.#values.delete(key);
  }

  send(message: Out, options?: SendOptions): boolean {
    return this.sendAll([message], options);
  }

  sendAll(messages: Iterable<Out>, options?: SendOptions): boolean {
    if (!this.sendable) {
      throw new GevError('ERR_GEV_CLOSED', `nothing can be sent after ${this.#ended}()`);
    }
    this.sent.push(...messages);
    const onFlushed = options?.onFlushed;
    if (onFlushed) queueMicrotask(() => onFlushed());
    return true;
  }

  close(): void {
    if (!this.closed) this.#ended = 'close';
  }

  destroy(): void {
    this.#ended = 'destroy';
  }

  shutdownWrite(): void {
    this.#ended ??= 'shutdownWrite';
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}

/**
 * Makes a connection to nobody.
 *
 * @typeParam Out what its protocol can pack
 * @param loop by default one of its own
 */
export function createTestConnection<Out = Uint8Array | string>(
  loop?: TestLoop,
): TestConnection<Out> {
  return new TestConnection<Out>(loop);
}
