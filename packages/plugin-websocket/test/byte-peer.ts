import { createTestConnection, type TestConnection, TestLoop } from '@gev/conformance';
import { createCounters, type GevError, isGevError, MetricTable } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import type { Inbound, Outbound, WebSocketApplication } from '../src/index.js';

/** What all of them count goes to one place, which nobody looks at: there are many. */
const metrics = new MetricTable(createCounters());

/** A connection of a plugin's application, driven as a loop drives it but without a socket. */
export class BytePeer {
  readonly connection: TestConnection<Outbound> = createTestConnection(new TestLoop(metrics));
  /** What the plugin threw: a loop closes the connection for it. */
  error: GevError | undefined = undefined;
  readonly #application: WebSocketApplication;
  readonly #input = new RingBuffer();
  readonly #output = new RingBuffer();
  #ended = false;

  constructor(application: WebSocketApplication) {
    this.#application = application;
    this.connection.sendAll = (messages) => {
      for (const message of messages) this.#pack(message);
      return true;
    };
    application.protocol.onOpen?.(this.connection);
    application.handler.onConnect?.(this.connection);
  }

  /** Bytes that wait in the loop's buffer. */
  get waiting(): number {
    return this.#input.length;
  }

  /** True when the plugin closed the connection, or a loop would have. */
  get isClosed(): boolean {
    return this.connection.closed || this.error !== undefined;
  }

  /** Hands bytes over and gives what goes out for them. */
  receive(bytes: Uint8Array | string): Buffer {
    if (!this.isClosed) this.#input.write(Buffer.from(bytes as string, 'latin1'));
    this.wake();
    return this.sent();
  }

  /** Goes on with what waits, as after `resume`. */
  wake(): void {
    const { protocol, handler } = this.#application;
    try {
      while (!this.isClosed && !this.connection.paused) {
        const message = protocol.unpack(this.#input, this.connection);
        if (message === undefined) break;
        const reply = handler.onMessage?.(this.connection, message as Inbound);
        if (reply !== undefined && !this.isClosed) this.#pack(reply as Outbound);
      }
    } catch (error) {
      this.#fault(error);
    }
  }

  /** What has gone out since the last time. */
  sent(): Buffer {
    return Buffer.from(this.#output.take(this.#output.length)!);
  }

  /** The connection is gone. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.connection.destroy();
    this.#application.handler.onClose?.(this.connection, 'peer-closed');
    this.#application.protocol.onClose?.(this.connection);
  }

  #pack(message: Outbound): void {
    this.#application.protocol.pack(message, this.#output, this.connection);
  }

  #fault(error: unknown): void {
    if (!isGevError(error)) throw error;
    this.error = error;
    this.#application.handler.onError?.(this.connection, error);
  }
}
