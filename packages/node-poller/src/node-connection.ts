import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { type BatchMemory, EventKind } from '@gev/core';
import { errnoOf } from './errno.js';
import type { EventQueue, PendingEvent, Subject } from './event-queue.js';
import type { Ends } from './socket-address.js';
import { trace } from './trace.js';

/** Bytes of one socket that may wait for a batch before the socket is read no further. */
const READ_AHEAD = 256 * 1024;

/** What a connection needs of its poller. */
export interface ConnectionHolder {
  readonly queue: EventQueue;
  readonly memory: BatchMemory;
  /** Frees the slot; a connection that failed is named in the batch which tells so. */
  forget(subject: Subject, failed?: Ends): void;
}

/** One socket behind a handle: its events become rows, orders become calls. */
export class NodeConnection implements Subject {
  gone = false;
  paused = false;
  readonly held: PendingEvent[] = [];
  batch = 0;
  batchBytes = 0;
  deferredIn = 0;
  /** Offset and length, in turns, of the writes of the flush under way. */
  readonly pieces: number[] = [];
  /** Undefined until the connection is established. */
  ends: Ends | undefined;
  readonly #socket: Socket;
  readonly #holder: ConnectionHolder;
  /** A failed write takes nothing from `queued`: its bytes are still unsent. */
  readonly #written = (error?: Error | null) => {
    if (!error) this.#updateQueued();
  };
  #waiting = 0;
  #throttled = false;
  #failure = 0;
  #sendingEnded = false;
  #closeOrdered = false;
  /** node:net has closed the socket; the handle lives on until the loop hears of it. */
  #socketClosed = false;

  constructor(
    socket: Socket,
    holder: ConnectionHolder,
    readonly slot: number,
    readonly generation: number,
  ) {
    this.#socket = socket;
    this.#holder = holder;
    holder.memory.queued[slot] = 0;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error) => {
      this.#failure = errnoOf(error);
      trace('node: the socket of slot %d failed: %s', slot, error.message);
    });
    socket.on('close', () => this.#onClose());
  }

  /** Reading starts; for a socket that was accepted and held. */
  begin(): void {
    this.#socket.resume();
  }

  /** Sends a copy of `bytes`, which the caller may overwrite afterwards. */
  send(bytes: Buffer): void {
    if (this.#sendingEnded || this.#socket.destroyed) return;
    this.#socket.write(bytes, this.#written);
    this.#holder.memory.queued[this.slot] = this.#socket.writableLength;
  }

  shutdown(): void {
    if (this.#sendingEnded) return;
    this.#sendingEnded = true;
    this.#socket.end();
  }

  close(): void {
    if (this.#closeOrdered) return;
    this.#closeOrdered = true;
    this.#sendingEnded = true;
    if (this.#socketClosed) {
      this.#tellClosed();
      return;
    }
    this.#socket.destroySoon();
    // What still arrives is read and dropped: unread bytes would turn the close into a reset,
    // and the peer would lose what it has not read yet.
    this.#socket.resume();
  }

  /** Closes at once and forgets the handle. */
  destroy(): void {
    this.#leave();
    this.#socket.destroy();
  }

  pause(): void {
    this.paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#holder.queue.putBack(this.held.splice(0));
    if (!this.#throttled) this.#socket.resume();
  }

  consumed(size: number): void {
    this.#waiting -= size;
    if (!this.#throttled || this.#waiting > READ_AHEAD / 2) return;
    this.#throttled = false;
    if (!this.paused) this.#socket.resume();
  }

  forget(): void {
    this.#leave(this.#failure === 0 ? undefined : this.ends);
  }

  #leave(failed?: Ends): void {
    if (this.gone) return;
    this.gone = true;
    this.held.length = 0;
    this.#holder.forget(this, failed);
  }

  /** An outbound connection is established. */
  tellConnected(ends: Ends): void {
    this.ends = ends;
    if (this.gone || this.#closeOrdered) return;
    this.#holder.queue.push(EventKind.connected, this);
  }

  #onData(chunk: Buffer): void {
    if (this.gone || this.#closeOrdered) return;
    this.#waiting += chunk.length;
    if (this.#waiting > READ_AHEAD) {
      this.#throttled = true;
      this.#socket.pause();
    }
    this.#holder.queue.push(EventKind.data, this, 0, chunk);
    this.#holder.queue.deliverIfFull();
  }

  #onEnd(): void {
    if (this.gone || this.#closeOrdered) return;
    this.#holder.queue.push(EventKind.ended, this);
    this.#holder.queue.deliverIfFull();
  }

  #onClose(): void {
    this.#socketClosed = true;
    if (this.gone) return;
    // With both directions ended node:net closes by itself, but the handle is the loop's until
    // it orders `close`.
    const inOrder = this.#failure === 0 && this.#socket.readableEnded && this.#sendingEnded;
    if (!this.#closeOrdered && inOrder) return;
    if (!this.#closeOrdered && this.#failure === 0) this.#failure = constants.errno.ECONNABORTED;
    this.#tellClosed();
  }

  #tellClosed(): void {
    this.#holder.queue.push(EventKind.closed, this, this.#failure);
  }

  #updateQueued(): void {
    if (this.gone || this.#socketClosed) return;
    const { queued, lowWatermark } = this.#holder.memory;
    const before = queued[this.slot] ?? 0;
    const after = this.#socket.writableLength;
    queued[this.slot] = after;
    if (after >= before || this.#closeOrdered) return;
    if (after > 0 && (after >= lowWatermark || before < lowWatermark)) return;
    this.#holder.queue.push(EventKind.backlog, this);
  }
}
