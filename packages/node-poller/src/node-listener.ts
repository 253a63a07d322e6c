import type { Server, Socket } from 'node:net';
import { constants } from 'node:os';
import { type Address, EventKind, isGevError } from '@gev/core';
import { errnoOf } from './errno.js';
import type { PendingEvent, Subject } from './event-queue.js';
import type { ConnectionHolder } from './node-connection.js';
import { trace } from './trace.js';

/** What a listener needs of its poller. */
export interface ListenerHolder extends ConnectionHolder {
  /**
   * Gives an accepted socket its handle and tells of it.
   *
   * @throws GevError `ERR_GEV_POLLER_STATE` when all handles are in use
   */
  accept(socket: Socket, listener: NodeListener): void;
}

/**
 * One listening server behind a handle. node:net cannot stop accepting without closing, so while
 * the listener is paused sockets wait here, unread and at most `backlog` of them.
 */
export class NodeListener implements Subject {
  gone = false;
  paused = false;
  readonly held: PendingEvent[] = [];
  batch = 0;
  batchBytes = 0;
  deferredIn = 0;
  readonly #server: Server;
  readonly #holder: ListenerHolder;
  readonly #backlog: number;
  readonly #waiting: Socket[] = [];

  constructor(
    server: Server,
    holder: ListenerHolder,
    readonly address: Address,
    backlog: number,
    readonly slot: number,
    readonly generation: number,
  ) {
    this.#server = server;
    this.#holder = holder;
    this.#backlog = backlog;
    server.on('connection', (socket) => this.#onConnection(socket));
    server.on('error', (error) => this.#fail(errnoOf(error)));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#takeWaiting();
  }

  close(): void {
    if (this.gone) return;
    this.#end();
    this.#holder.queue.push(EventKind.closed, this);
  }

  destroy(): void {
    this.#end();
    this.forget();
  }

  consumed(): void {}

  forget(): void {
    if (this.gone) return;
    this.gone = true;
    this.#holder.forget(this);
  }

  #onConnection(socket: Socket): void {
    if (this.#waiting.length >= this.#backlog) {
      trace('node: slot %d: %d wait already, one more is reset', this.slot, this.#backlog);
      socket.resetAndDestroy();
      return;
    }
    this.#waiting.push(socket);
    this.#takeWaiting();
    this.#holder.queue.deliverIfFull();
  }

  #takeWaiting(): void {
    while (!this.paused && !this.gone) {
      const socket = this.#waiting[0];
      if (!socket) return;
      try {
        this.#holder.accept(socket, this);
        this.#waiting.shift();
      } catch (error) {
        if (!isGevError(error)) throw error;
        this.#fail(constants.errno.ENOBUFS);
      }
    }
  }

  #fail(errno: number): void {
    if (this.gone) return;
    this.paused = true;
    this.#holder.queue.push(EventKind.acceptFailed, this, errno);
  }

  #end(): void {
    this.paused = true;
    this.#server.removeAllListeners('connection');
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.resetAndDestroy();
  }
}
