import { Duplex } from 'node:stream';
import { type CloseReason, type Connection, GevError } from '@gev/core';

type Done = (error?: Error | null) => void;

/**
 * A connection as a stream of node:stream. Reading pauses while the stream's buffer is full; writing
 * waits while unsent bytes are above the high watermark.
 */
export class ConnectionStream extends Duplex {
  readonly connection: Connection<Uint8Array | string>;
  /** A write that waits for `onDrain`. */
  #waiting: Done | undefined;
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
    if (!this.readableEnded) this.push(null);
  }

  drained(): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.();
  }

  failed(error: GevError): void {
    this.#failure ??= error;
  }

  /** The connection is gone. */
  over(reason: CloseReason): void {
    this.ended();
    const wasReset = reason !== 'peer-closed' && reason !== 'local-closed';
    const error = this.#failure ?? (wasReset ? endedError(reason) : undefined);
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.(error ?? endedError(reason));
    if (!this.destroyed && (error !== undefined || this.writableEnded)) this.destroy(error);
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
    done();
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
      if (this.connection.sendAll(chunks)) done();
      else this.#waiting = done;
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function endedError(reason: CloseReason): GevError {
  return new GevError('ERR_GEV_CLOSED', `the connection ended: ${reason}`);
}
