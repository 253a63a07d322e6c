import {
  type Address,
  Counter,
  formatAddress,
  generationOf,
  type HandOverResult,
  handleOf,
  type LoadBalancer,
  type Logger,
  type LoopReference,
  OrderKind,
  type Poller,
  slotOf,
} from '@gev/core';
import { type LoopBoard, ReactorLoop, roundRobin } from '@gev/loop';
import { Acceptor } from '../acceptor.js';
import type { Admission } from '../admission.js';
import { gevErrorOf } from '../connection-errors.js';
import { tellError } from '../diagnostics.js';
import { LoopSampler } from '../metrics/loop-sampler.js';
import type { LoopSettings } from '../server-options.js';
import { trace } from '../trace.js';

/** Milliseconds until loops that were all full are asked again. */
const FULL_RETRY = 10;

/** A connection that was accepted and that no loop has room for yet. */
interface Held {
  readonly handle: number;
  readonly peer: Address;
  readonly tag: number;
}

/**
 * The server's own thread, where its loops do not listen themselves: accepts, chooses a loop, and
 * hands the connection's descriptor over. It never reads from a connection. While every loop has as
 * many waiting as it may, it accepts no more, and what it had accepted waits here.
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
  #held: Held[] = [];
  #saidFull = false;
  /** Where somebody collects. */
  readonly #sampler: LoopSampler | undefined;

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
    if (settings.isCollected) this.#sampler = new LoopSampler(this.loop);
  }

  /** Opens a listener; its connections are handed over with `tag`. */
  async listen(address: Address, tag: number): Promise<Address> {
    const listening = await this.#poller.listen(address, this.#settings.listen);
    const admit = (slot: number, generation: number) => {
      const handle = handleOf(slot, generation);
      return this.#admit({
        handle,
        peer: this.#poller.remoteAddress(handle) ?? listening.address,
        tag,
      });
    };
    this.#acceptors.push(new Acceptor(this.loop, this.#logger, listening, admit));
    return listening.address;
  }

  /** Says which loops take connections; while there is none, clients wait in the backlog. */
  setLive(live: readonly LoopReference[]): void {
    this.#live = live;
    this.#setAccepting();
  }

  /** Accepts no more. */
  close(): void {
    for (const acceptor of this.#acceptors) acceptor.close();
  }

  /** Closes everything at once. */
  stop(): void {
    this.#sampler?.stop();
    this.loop.stop();
  }

  #setAccepting(): void {
    const accepting = this.#live.length > 0 && this.#held.length === 0;
    for (const acceptor of this.#acceptors) {
      if (accepting) acceptor.resume();
      else acceptor.pause();
    }
  }

  /** Gives a connection to a loop, or keeps it until one has room; false when it is turned away. */
  #admit(connection: Held): boolean {
    let candidates = this.#live;
    while (candidates.length > 0) {
      const { id } = candidates[this.#pick(candidates, connection.peer)]!;
      if (!this.#admission.enter(id, connection.peer)) {
        this.loop.counters[Counter.connectionsRejected]! += 1;
        trace('a connection is turned away by a cap');
        return false;
      }
      const answer = this.#give(connection, id);
      if (trace.enabled)
        trace('handed to loop %d: %s, %s', id, formatAddress(connection.peer), answer);
      if (answer === 'taken') {
        this.#saidFull = false;
        return true;
      }
      candidates = candidates.filter((loop) => loop.id !== id);
      // Its thread has just died, and we hear of it in a moment.
      if (answer === 'gone') this.setLive(this.#live.filter((loop) => loop.id !== id));
    }
    this.#hold(connection);
    return true;
  }

  /** Hands a connection over that has been counted for the loop; counts it off when that fails. */
  #give({ handle, peer, tag }: Held, id: number): HandOverResult {
    let answer: HandOverResult = 'gone';
    try {
      answer = this.#poller.handOver(handle, this.#board.mailbox(id), tag);
      return answer;
    } finally {
      if (answer !== 'taken') this.#admission.leave(id, peer);
    }
  }

  #hold(connection: Held): void {
    const { handle } = connection;
    this.loop.outbox.order(OrderKind.pause, slotOf(handle), generationOf(handle));
    this.loop.schedule();
    if (this.#held.push(connection) > 1) return;
    this.#setAccepting();
    this.loop.runAfter(FULL_RETRY, () => this.#retry());
    if (this.#saidFull || this.#live.length === 0) return;
    this.#saidFull = true;
    this.#logger.warn(
      { loops: this.#live.length },
      'no loop takes more connections: new ones wait. Handlers that block, or more loops needed?',
    );
  }

  #retry(): void {
    const held = this.#held;
    this.#held = [];
    for (const connection of held) {
      // The client may have gone meanwhile.
      if (this.#poller.remoteAddress(connection.handle) === undefined) continue;
      if (!this.#admitLate(connection)) this.#abort(connection.handle);
    }
    this.#setAccepting();
  }

  /** As {@link HandOff.#admit}, where nobody is above who would be told what it throws. */
  #admitLate(connection: Held): boolean {
    try {
      return this.#admit(connection);
    } catch (error) {
      tellError(error);
      this.#logger.error(
        { err: gevErrorOf(error) },
        'a connection could not be handed over and is closed',
      );
      return false;
    }
  }

  #abort(handle: number): void {
    this.loop.outbox.order(OrderKind.abort, slotOf(handle), generationOf(handle));
    this.loop.schedule();
  }

  #pick(candidates: readonly LoopReference[], peer: Address): number {
    try {
      const index = this.#balancer.pick(candidates, peer);
      if (candidates[index] !== undefined) return index;
      this.#logger.error(
        { balancer: this.#balancer.name, index, loops: candidates.length },
        'the balancer picked a loop that is not there: give an index into `loops`',
      );
    } catch (error) {
      tellError(error);
      this.#logger.error(
        { balancer: this.#balancer.name, err: gevErrorOf(error) },
        'the balancer threw',
      );
    }
    return this.#fallback.pick(candidates, peer);
  }
}
