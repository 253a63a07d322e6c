import type { BroadcastFilter, EventLoop, LoopReference, Timer } from '@gev/core';
import { GevError } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';
import type { LoopMail } from './loop-mail.js';

/** Finds the loop behind what a handler module was given. */
const reactors = new WeakMap<EventLoop, ReactorLoop>();

/** The reactor of an `EventLoop` that a server made; undefined for anything else. */
export function reactorOf(loop: EventLoop): ReactorLoop | undefined {
  return reactors.get(loop);
}

/** What a handler needs of its loop before the loop knows its protocol. */
type Mail = Pick<
  LoopMail<unknown, unknown, unknown>,
  'references' | 'send' | 'broadcast' | 'postToServer'
>;

/** The loop as handlers see it; see `EventLoop` in core. */
export class HandlerLoop implements EventLoop {
  readonly id: number;
  readonly #reactor: ReactorLoop;
  readonly #count: () => number;
  #mail: Mail | undefined = undefined;
  #listener: ((value: unknown, from: number) => void) | undefined = undefined;

  /** @param count tells how many connections are open in the loop */
  constructor(reactor: ReactorLoop, count: () => number) {
    this.id = reactor.id;
    this.#reactor = reactor;
    this.#count = count;
    reactors.set(this, reactor);
  }

  get loops(): readonly LoopReference[] {
    return this.#opened().references;
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
      'the loop has no connections while its handler is being made: use this in a callback',
    );
  }
}
