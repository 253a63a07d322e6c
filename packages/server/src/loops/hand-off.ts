import {
  type Address,
  Counter,
  handleOf,
  type LoadBalancer,
  type Logger,
  type LoopReference,
  type Poller,
} from '@gev/core';
import { type LoopBoard, ReactorLoop, roundRobin } from '@gev/loop';
import { Acceptor } from '../acceptor.js';
import type { Admission } from '../admission.js';
import type { LoopSettings } from '../server-options.js';

/**
 * The server's own thread, where its loops do not listen themselves: accepts, chooses a loop, and
 * hands the connection's descriptor over. It never reads from a connection.
 */
export class HandOff {
  readonly loop: ReactorLoop;
  readonly #poller: Poller;
  readonly #board: LoopBoard;
  readonly #balancer: LoadBalancer;
  readonly #admission: Admission;
  readonly #settings: LoopSettings;
  readonly #logger: Logger;
  readonly #acceptors: Acceptor[] = [];
  /** For when the user's balancer throws. */
  readonly #fallback = roundRobin();
  /** The loops that take connections. */
  #live: readonly LoopReference[] = [];

  constructor(
    poller: Poller,
    board: LoopBoard,
    balancer: LoadBalancer,
    admission: Admission,
    settings: LoopSettings,
    logger: Logger,
  ) {
    this.loop = new ReactorLoop({ poller, id: board.loops });
    this.#poller = poller;
    this.#board = board;
    this.#balancer = balancer;
    this.#admission = admission;
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Opens a listener; its connections are handed over with `tag`. */
  async listen(address: Address, tag: number): Promise<Address> {
    const listening = await this.#poller.listen(address, this.#settings.listen);
    const admit = (slot: number, generation: number) =>
      this.#admit(handleOf(slot, generation), listening.address, tag);
    this.#acceptors.push(new Acceptor(this.loop, this.#logger, listening, admit));
    return listening.address;
  }

  /** Says which loops take connections; while there is none, clients wait in the backlog. */
  setLive(live: readonly LoopReference[]): void {
    this.#live = live;
    for (const acceptor of this.#acceptors) {
      if (live.length === 0) acceptor.pause();
      else acceptor.resume();
    }
  }

  /** Accepts no more. */
  close(): void {
    for (const acceptor of this.#acceptors) acceptor.close();
  }

  #admit(handle: number, listening: Address, tag: number): boolean {
    const peer = this.#poller.remoteAddress(handle) ?? listening;
    while (this.#live.length > 0) {
      const { id } = this.#live[this.#pick(peer)]!;
      if (!this.#admission.enter(id, peer)) {
        this.loop.counters[Counter.connectionsRejected]! += 1;
        return false;
      }
      if (this.#poller.handOver(handle, this.#board.mailbox(id), tag)) return true;
      // Its thread has just died, and we hear of it in a moment.
      this.#admission.leave(id, peer);
      this.setLive(this.#live.filter((loop) => loop.id !== id));
    }
    return false;
  }

  #pick(peer: Address): number {
    try {
      const index = this.#balancer.pick(this.#live, peer);
      if (this.#live[index] !== undefined) return index;
      this.#logger.error(
        { balancer: this.#balancer.name, index, loops: this.#live.length },
        'the balancer picked a loop that is not there: give an index into `loops`',
      );
    } catch (error) {
      this.#logger.error({ balancer: this.#balancer.name, error }, 'the balancer threw');
    }
    return this.#fallback.pick(this.#live, peer);
  }
}
