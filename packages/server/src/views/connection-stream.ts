import { Duplex } from 'node:stream';
import type { CloseReason, Connection, GevError } from '@gev/core';
import { messageOf } from '@gev/core';
import { failedEnd } from './failed-end.js';

type Done = (error?: Error | null) => void;

/**
 * A connection as a stream of node:stream. Reading pauses while the stream's buffer is full; writing
 * waits while unsent bytes are above the high watermark. 'finish' comes when the kernel has taken
 * everything; bytes that it never will are the stream's `error`.
 */
export class ConnectionStream extends Duplex {
  readonly connection: Connection<Uint8Array | string>;
  /** A write that waits for `onDrain`, or the end of writing, which waits for the last write to leave. */
  #waiting: Done | undefined;
  /** Writes that the kernel has not taken. */
  #unsent = 0;
  #failure: GevError | undefined;

  constructor(connection: Connection<Uint8Array | string>) {
    super();
    this.connection = connection;
  }

  /** A message; copied, because the stream keeps it for later. */
  received(bytes: Uint8Array): void {
    if (!this.push(Buffer.from(bytes))) this.connection.pause();
  }

  /** The peer's end. */
  ended(): void {
    if (this.readableEnded) return;
    this.push(null);
    // Where nothing is left to read, 'end' comes also if nobody reads.
    this.read(0);
  }

  drained(): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.();
  }

  failed(error: GevError): void {
    this.#failure ??= error;
  }

  /** The connection is gone; every write has been told whether it left. */
  over(reason: CloseReason): void {
    const error = this.#failure ?? failedEnd(reason);
    if (error === undefined) {
      this.#endInOrder();
      return;
    }
    this.#waiting?.(error);
    this.#waiting = undefined;
    this.destroy(error);
  }

  override _read(): void {
    this.connection.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    this.connection.shutdownWrite();
    if (this.#unsent === 0) done();
    else this.#waiting = done;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { connection } = this;
    // Both sides have ended by themselves: what is unsent still leaves.
    if (error === null && this.writableFinished && this.readableEnded) connection.close();
    else connection.destroy();
    done(error);
  }

  #send(chunks: readonly Uint8Array[], done: Done): void {
    try {
      const goOn = this.connection.sendAll(chunks, { onFlushed: this.#onFlushed });
      this.#unsent += 1;
      if (goOn) done();
      else this.#waiting = done;
    } catch (error) {
      done(error instanceof Error ? error : new Error(messageOf(error)));
    }
  }

  readonly #onFlushed = (error?: GevError): void => {
    this.#unsent -= 1;
    if (error !== undefined) this.failed(error);
    else if (this.#unsent === 0) this.drained();
  };

  /**
   * Nothing comes and nothing leaves any more, but what came is still to be read: 'close' follows 'end'
   * and 'finish' by itself.
   */
  #endInOrder(): void {
    if (this.readableEnded) this.end();
    // Ends the writing side, too, when 'end' has been told.
    this.allowHalfOpen = false;
    this.ended();
  }
}
