import type {
  BroadcastFilter,
  EventLoop,
  LoopMetrics,
  LoopReference,
  Timer,
  Topics,
} from '@gev/core';
import { GevError } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';
import type { LoopMail } from './loop-mail.js';

/** Somebody else with connections on a server's loop: a client. */
export interface Guest {
  close(options: { readonly timeout: number }): Promise<void>;
}

/** What a client needs of the server's loop that it runs on. */
export interface LoopHost {
  readonly reactor: ReactorLoop;
  /** Gives the id of a new connection, apart from those of the server's own. */
  nextId(): number;
  /** Those that have to be closed before the loop ends. */
  readonly guests: Set<Guest>;
}

/** Registered, because a thread's loop and a handler module may have a copy of this file each. */
const HOST = Symbol.for('gev.server.loop-host');

/** What is behind an `EventLoop` that a server made; undefined for anything else. */
export function loopHostOf(loop: EventLoop): LoopHost | undefined {
  return (loop as { [HOST]?: LoopHost } | undefined)?.[HOST];
}

/** What a handler needs of its loop before the loop knows its protocol. */
type Mail = Pick<
  LoopMail<unknown, unknown, unknown>,
  'references' | 'send' | 'broadcast' | 'postToServer'
> & { readonly topics: Topics };

/** The loop as handlers see it; see `EventLoop` in core. */
export class HandlerLoop implements EventLoop {
  readonly id: number;
  readonly guests = new Set<Guest>();
  readonly [HOST]: LoopHost;
  readonly #reactor: ReactorLoop;
  readonly #count: () => number;
  #mail: Mail | undefined = undefined;
  #listener: ((value: unknown, from: number) => void) | undefined = undefined;

  /**
   * @param count tells how many connections are open in the loop
   * @param nextId gives the id of a new connection
   */
  constructor(reactor: ReactorLoop, count: () => number, nextId: () => number) {
    this.id = reactor.id;
    this.#reactor = reactor;
    this.#count = count;
    this[HOST] = { reactor, nextId, guests: this.guests };
  }

  get loops(): readonly LoopReference[] {
    return this.#opened().references;
  }

  get topics(): Topics {
    return this.#opened().topics;
  }

  get metrics(): LoopMetrics {
    return this.#reactor.metrics;
  }

  get pollerName(): string {
    return this.#reactor.pollerName;
  }

  get connections(): number {
    return this.#count();
  }

  get now(): number {
    return this.#reactor.now;
  }

  /** Once the protocol is known; called by the server, before the first connection. */
  open(mail: Mail): void {
    this.#mail = mail;
  }

  uncount(what: 'received' | 'sent'): void {
    if (what === 'received') this.#reactor.messagesReceived -= 1;
    else this.#reactor.outbox.messages -= 1;
  }

  runInLoop(task: () => void): void {
    this.#reactor.runInLoop(task);
  }

  runAfter(delay: number, task: () => void): Timer {
    return this.#reactor.runAfter(delay, task);
  }

  runEvery(period: number, task: () => void): Timer {
    return this.#reactor.runEvery(period, task);
  }

  send(connection: number, message: unknown): boolean {
    return this.#opened().send(connection, message);
  }

  broadcast(message: unknown, filter?: BroadcastFilter): boolean {
    return this.#opened().broadcast(message, filter);
  }

  onPost(listener: (value: unknown, from: number) => void): void {
    this.#listener = listener;
  }

  postToServer(value: unknown): boolean {
    return this.#opened().postToServer(value);
  }

  /** Gives a posted value to the listener; false when there is none. */
  posted(value: unknown, from: number): boolean {
    if (this.#listener === undefined) return false;
    this.#listener(value, from);
    return true;
  }

  #opened(): Mail {
    if (this.#mail !== undefined) return this.#mail;
    throw new GevError(
      'ERR_GEV_SERVER_STATE',
      'the loop has no connections while its handler is being made, and that of a client has no server: use this in a callback of a server',
    );
  }
}
