import {
  type Address,
  type BroadcastFilter,
  Counter,
  type Counters,
  clearGauges,
  closeCounter,
  createCounters,
  GevError,
  type LoadBalancer,
  type LoopCounters,
  type LoopReference,
  messageOf,
  type Poller,
  type Timer,
} from '@gev/core';
import { Backoff, LoopBoard, PostOffice, SERVER } from '@gev/loop';
import { Admission } from '../admission.js';
import { tellWorkerExit } from '../diagnostics.js';
import type { ServerErrorCode } from '../error-codes.js';
import { deliveryMetrics } from '../metrics/delivery-metrics.js';
import type { LoopSettings, PollerChoice, PollerSource } from '../server-options.js';
import { trace } from '../trace.js';
import { HandOff } from './hand-off.js';
import { LetterKind, referencesOf } from './letters.js';
import { LoopThread } from './loop-thread.js';
import type { ServerLoops, ServerLoopsEvents } from './server-loops.js';
import type { ServerSource } from './server-source.js';
import { writeLog } from './thread-logger.js';

/** Waits before a thread that died is started again. */
const RESTART = { minDelay: 50, maxDelay: 30_000 };

/** Milliseconds that a thread has to live for its next death to count as the first. */
const STEADY = 10_000;

/** The sizes of the poller that only accepts: it never reads. */
const ACCEPTING = { inputSize: 4096, outputSize: 4096, readSize: 1, maxHandles: 65_536 };

/** How an address is listened on. */
type Way = 'hand-off' | 'each' | 'first';

/** A loop's place: its thread at present, and how its threads fared. */
interface Place {
  thread: LoopThread;
  readonly counters: Counters;
  readonly backoff: Backoff;
  startedAt: number;
  restart: Timer | undefined;
}

/** Several loops, each on a worker thread of its own; a thread that dies is replaced. */
export class ThreadLoops<In, Out, Context> implements ServerLoops<Out> {
  readonly references: readonly LoopReference[];
  readonly counters: readonly LoopCounters[];
  readonly #source: ServerSource<In, Out, Context>;
  readonly #pollerSource: PollerSource;
  readonly #settings: LoopSettings;
  readonly #balancer: LoadBalancer;
  readonly #events: ServerLoopsEvents;
  readonly #board: LoopBoard;
  readonly #admission: Admission;
  readonly #poller: Poller;
  readonly #office: PostOffice;
  readonly #handOff: HandOff;
  readonly #places: Place[] = [];
  readonly #live = new Set<number>();
  #addresses: readonly Address[] = [];
  #ways: readonly Way[] = [];
  #closing = false;

  /** @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_UNSUPPORTED` */
  constructor(
    source: ServerSource<In, Out, Context>,
    choice: PollerChoice,
    loops: number,
    balancer: LoadBalancer,
    settings: LoopSettings,
    events: ServerLoopsEvents,
  ) {
    if (choice.source === undefined) throw noSource(choice.name);
    const { logger } = source;
    this.#source = source;
    this.#pollerSource = choice.source;
    this.#settings = settings;
    this.#balancer = balancer;
    this.#events = events;
    this.#board = new LoopBoard(loops);
    this.#admission = new Admission(this.#board, settings);
    this.#poller = choice.create({ ...ACCEPTING, batch: settings.sizes.batch ?? 1024 });
    this.#handOff = new HandOff(
      this.#poller,
      this.#board,
      balancer,
      this.#admission,
      settings,
      logger,
    );
    const { unreachable } = deliveryMetrics(this.#handOff.loop.metrics);
    this.#office = new PostOffice(this.#poller, this.#board, SERVER, unreachable);
    this.#office.receive(LetterKind.post, ({ head, from }) => events.onPost(head, from));
    this.references = referencesOf(this.#office, this.#board);
    this.counters = [
      ...this.references.map(({ id }) => ({ loop: String(id), counters: createCounters() })),
      { loop: 'server', counters: this.#handOff.loop.counters },
    ];
    this.#handOff.loop.arrivals = {
      onAdopted: () => false,
      onAdoptFailed: () => {},
      onMail: (letters) => this.#office.deliver(letters),
    };
  }

  get connections(): number {
    return this.#board.total;
  }

  async listen(addresses: readonly Address[]): Promise<readonly Address[]> {
    try {
      this.#ways = addresses.map((address) => this.#wayOf(address));
      this.#warnOfIgnored();
      for (const { id } of this.references) this.#places.push(this.#place(id));
      this.#board.setMailbox(SERVER, this.#poller.mailbox);
      await Promise.all(this.#places.map(({ thread }, id) => this.#awaitReady(thread, id)));
      this.#addresses = addresses;
      this.#addresses = await this.#listenHere();
      for (const { id } of this.references) await this.#listenThere(id);
      await Promise.all(this.references.map(({ id }) => this.#serve(id)));
      // Last of all, so that nobody is connected to a server that then fails to start.
      this.#handOff.loop.start();
      return this.#addresses;
    } catch (error) {
      this.#closing = true;
      await Promise.all(this.#places.map(({ thread }) => thread.terminate()));
      this.#handOff.stop();
      throw error;
    }
  }

  send(id: number, message: Out): boolean {
    if (!this.#board.hasGiven(id)) return false;
    return this.#office.send(LetterKind.send, this.#board.loopOf(id), { id, message });
  }

  broadcast(message: Out, filter?: BroadcastFilter): boolean {
    const told = this.references.map(({ id }) =>
      this.#office.send(LetterKind.broadcast, id, { filter, message }),
    );
    return !told.includes(false);
  }

  async close(timeout: number): Promise<void> {
    this.#closing = true;
    this.#handOff.close();
    for (const { restart } of this.#places) restart?.cancel();
    await Promise.all(this.#places.map(({ thread }) => thread.drain(timeout)));
    // What loops posted last of all, such as from an onClose.
    this.#office.deliver(this.#poller.receive());
    this.#handOff.stop();
    // What was on its way to a loop when it closed was counted, and nobody is left to count it off.
    for (const { id } of this.references) this.#admission.clear(id);
  }

  /** The best way there is to have all loops take connections of an address. */
  #wayOf({ transport }: Address): Way {
    const { handOff, reusePort } = this.#poller.supports;
    const canShare = transport === 'tcp' && reusePort;
    if (canShare && (this.#settings.listen.reusePort || !handOff)) return 'each';
    if (handOff) return 'hand-off';
    this.#source.logger.warn(
      { poller: this.#poller.name },
      'this poller can neither hand connections over nor share this address: loop 0 takes them all',
    );
    return 'first';
  }

  /** What has less effect where a loop's own listener accepts must not seem to have its whole. */
  #warnOfIgnored(): void {
    if (this.#ways.every((way) => way === 'hand-off')) return;
    const { logger } = this.#source;
    const poller = this.#poller.name;
    const { name: balancer } = this.#balancer;
    if (balancer !== 'round-robin') {
      logger.warn({ poller, balancer }, 'loops that listen themselves need no balancer: ignored');
    }
    const { maxConnectionsPerAddress } = this.#settings;
    if (Number.isFinite(maxConnectionsPerAddress) && this.#ways.includes('each')) {
      logger.warn(
        { poller, maxConnectionsPerAddress },
        'loops that listen themselves count addresses by themselves: the cap holds in each loop',
      );
    }
  }

  #place(id: number): Place {
    const { counters } = this.counters[id]!;
    return {
      counters,
      thread: this.#spawn(id, counters),
      backoff: new Backoff(RESTART),
      startedAt: performance.now(),
      restart: undefined,
    };
  }

  #spawn(id: number, counters: Counters): LoopThread {
    const { handler, data, logger } = this.#source;
    trace('loop %d: a thread starts', id);
    return new LoopThread(
      {
        id,
        loops: this.references.length,
        board: this.#board.memory,
        counters,
        poller: this.#pollerSource,
        handler: (handler as URL).href,
        data,
        settings: this.#settings,
      },
      this.#settings.resourceLimits,
      {
        onLog: (log) => writeLog(logger, log),
        onLeft: (hosts) => {
          for (const host of hosts) this.#admission.leaveAddress(id, host);
        },
        onDied: (error) => this.#onDied(id, error),
      },
    );
  }

  async #awaitReady(thread: LoopThread, id: number): Promise<void> {
    this.#board.setMailbox(id, await thread.ready());
  }

  async #listenHere(): Promise<Address[]> {
    const real: Address[] = [];
    for (const [tag, address] of this.#addresses.entries()) {
      const here = this.#ways[tag] === 'hand-off';
      real.push(here ? await this.#handOff.listen(address, tag) : address);
    }
    return real;
  }

  /** Has a loop listen on what it listens on itself; the first one finds out what port 0 became. */
  async #listenThere(id: number): Promise<void> {
    const tags = [...this.#ways.keys()].filter((tag) => this.#listensItself(id, tag));
    if (tags.length === 0) return;
    const shares = tags.some((tag) => this.#ways[tag] === 'each');
    const wanted = tags.map((tag) => this.#addresses[tag]!);
    const real = await this.#places[id]!.thread.listen(wanted, shares);
    this.#addresses = this.#addresses.map((address, tag) => real[tags.indexOf(tag)] ?? address);
  }

  #listensItself(id: number, tag: number): boolean {
    return this.#ways[tag] === 'each' || (this.#ways[tag] === 'first' && id === 0);
  }

  async #serve(id: number): Promise<void> {
    const place = this.#places[id]!;
    await place.thread.serve(this.#addresses);
    place.startedAt = performance.now();
    this.#live.add(id);
    trace('loop %d: takes connections', id);
    this.#tellLive();
  }

  #tellLive(): void {
    this.#handOff.setLive(this.references.filter(({ id }) => this.#live.has(id)));
  }

  #onDied(id: number, error: Error): void {
    const wasLive = this.#live.delete(id);
    // One that dies before it was live fails the start, or the restart, which sees to it.
    if (this.#closing || !wasLive) return;
    this.#tellLive();
    this.#board.setMailbox(id, 0);
    const place = this.#places[id]!;
    this.#admission.clear(id);
    // Not those that waited to be taken in, who were never opened.
    const lost =
      place.counters[Counter.connectionsOpened]! - place.counters[Counter.connectionsClosed]!;
    place.counters[Counter.connectionsClosed]! += lost;
    place.counters[closeCounter('loop-failed')]! += lost;
    clearGauges(place.counters);
    if (performance.now() - place.startedAt > STEADY) place.backoff.reset();
    this.#restartLater(id, error, lost);
  }

  #restartLater(id: number, error: Error, lost: number): void {
    const place = this.#places[id]!;
    const restartIn = Math.round(place.backoff.next());
    this.#source.logger.error(
      { loop: id, err: error, connections: lost },
      `the thread of a loop died; it is started again in ${restartIn} ms`,
    );
    place.restart = this.#handOff.loop.runAfter(restartIn, () => void this.#restart(id));
    tellWorkerExit({ loop: id, error, connections: lost, restartIn });
    this.#events.onLoopExit(id, error, restartIn);
  }

  async #restart(id: number): Promise<void> {
    const place = this.#places[id]!;
    try {
      place.thread = this.#spawn(id, place.counters);
      await this.#awaitReady(place.thread, id);
      await this.#listenThere(id);
      await this.#serve(id);
    } catch (error) {
      this.#board.setMailbox(id, 0);
      await place.thread.terminate();
      if (this.#closing) return;
      this.#restartLater(id, error instanceof Error ? error : new Error(messageOf(error)), 0);
      return;
    }
    place.counters[Counter.loopRestarts]! += 1;
    this.#events.onLoopStart(id);
  }
}

function noSource(poller: string): GevError<ServerErrorCode> {
  return new GevError(
    'ERR_GEV_UNSUPPORTED',
    `the poller '${poller}' was chosen without a source, so other threads cannot make it: give loops: 1`,
  );
}
