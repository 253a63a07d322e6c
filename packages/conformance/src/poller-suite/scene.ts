import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Address,
  type BatchOptions,
  EventKind,
  type Listening,
  type ListenOptions,
  type OrderKind,
  type Poller,
  slotOf,
} from '@gev/core';
import { PollerDriver } from './driver.js';
import { NetPeers } from './net-peers.js';
import type { Peer, PeerNetwork, PeerServer, PollerTarget } from './target.js';
import { until, within } from './waiting.js';

const PATIENCE = 10_000;

/** A connection with both its sides in hand. */
export interface Pair {
  readonly peer: Peer;
  /** The poller's handle. */
  readonly handle: number;
}

/** One started poller, its driver and peers, for one test. */
export class Scene {
  readonly poller: Poller;
  readonly driver: PollerDriver;
  readonly peers: PeerNetwork;
  readonly target: PollerTarget;
  #listening: Promise<Listening> | undefined;

  constructor(target: PollerTarget, options: BatchOptions) {
    this.target = target;
    this.poller = target.create(options);
    this.driver = new PollerDriver(this.poller);
    this.peers = target.peers?.() ?? new NetPeers();
  }

  get #patience(): number {
    return this.target.patience ?? PATIENCE;
  }

  get address(): Address {
    return this.target.address?.() ?? { transport: 'tcp', host: '127.0.0.1', port: 0 };
  }

  get unixAddress(): Address {
    if (this.target.unixAddress) return this.target.unixAddress();
    return { transport: 'unix', path: join(tmpdir(), `gev-${randomUUID()}.sock`) };
  }

  /** Opens a listener, where the target wants it or at `address`. */
  async listen(address = this.address, options?: ListenOptions): Promise<Listening> {
    const listening = await this.poller.listen(address, options);
    this.driver.invariants.addHandle(listening.handle, true);
    return listening;
  }

  /** A peer dials and the poller accepts; the listener is made once and shared. */
  async pair(listening?: Listening): Promise<Pair> {
    const { address } = listening ?? (await this.#sharedListener());
    const before = this.accepted.length;
    const peer = await this.dial(address);
    await this.until(() => this.accepted.length > before, 'a connection is accepted');
    const handle = this.accepted[before];
    assert(handle !== undefined);
    return { peer, handle };
  }

  async pairs(count: number): Promise<Pair[]> {
    const pairs: Pair[] = [];
    for (let index = 0; index < count; index += 1) pairs.push(await this.pair());
    return pairs;
  }

  dial(address: Address): Promise<Peer> {
    return within(this.peers.dial(address), 'a peer connects', this.#patience);
  }

  /** The next connection to a listening peer. */
  accept(server: PeerServer): Promise<Peer> {
    return within(server.accept(), 'a peer accepts', this.#patience);
  }

  /** Handles in the order of their `accepted` rows. */
  get accepted(): number[] {
    return this.driver.find(EventKind.accepted).map((row) => row.handle);
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return until(condition, what, this.#patience);
  }

  /** Until the poller has `count` bytes of the connection. */
  untilReceived({ handle }: Pair, count: number): Promise<void> {
    return this.until(
      () => this.driver.receivedLength(handle) >= count,
      `the poller reads ${count} bytes`,
    );
  }

  /** Until the peer has `count` bytes. */
  untilArrived({ peer }: Pair, count: number): Promise<void> {
    return this.until(() => peer.receivedLength >= count, `the peer reads ${count} bytes`);
  }

  /** Until the handle is gone; gives the detail of its `closed` row. */
  async untilClosed(handle: number): Promise<number> {
    await this.until(() => this.driver.closed(handle) !== undefined, 'a closed row comes');
    return this.driver.closed(handle)?.detail ?? -1;
  }

  /**
   * Waits until bytes that a peer sends now have gone through the poller: whatever was on its
   * way to the poller before has arrived, or is held back.
   */
  async roundTrip(pair: Pair): Promise<void> {
    const before = this.driver.receivedLength(pair.handle);
    pair.peer.write(Uint8Array.of(7));
    await this.untilReceived(pair, before + 1);
  }

  /** Stops answering the peer's reads and writes until `least` bytes are queued. */
  async pileUp(pair: Pair, least: number, make: (count: number) => Uint8Array): Promise<Buffer> {
    pair.peer.pause();
    const sent: Uint8Array[] = [];
    const step = this.poller.memory.outputSize;
    await this.until(() => {
      if (this.queued(pair) >= least) return true;
      const bytes = make(step);
      sent.push(bytes);
      this.driver.write(pair.handle, bytes);
      this.driver.flush();
      return false;
    }, 'a peer that does not read makes bytes queue up');
    return Buffer.concat(sent);
  }

  queued({ handle }: Pair): number {
    return this.poller.memory.queued[slotOf(handle)] ?? 0;
  }

  /** Gives one order and carries it out. */
  order(kind: (typeof OrderKind)[keyof typeof OrderKind], handle: number): void {
    this.driver.order(kind, handle);
    this.driver.flush();
  }

  #sharedListener(): Promise<Listening> {
    this.#listening ??= this.listen();
    return this.#listening;
  }

  async end(): Promise<void> {
    this.driver.stop();
    await this.peers.close();
  }
}

/** A test body with a scene of its own; what must always hold is checked at its end. */
export function inScene(
  target: PollerTarget,
  body: (scene: Scene) => Promise<void>,
  options: BatchOptions = {},
): () => Promise<void> {
  return async () => {
    const scene = new Scene(target, options);
    try {
      scene.poller.start(scene.driver);
      await body(scene);
    } finally {
      await scene.end();
    }
    assert.deepEqual(scene.driver.invariants.faults, []);
  };
}

/** Fails with a readable message when two runs of bytes differ; never prints them. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: number of bytes`);
  assert(Buffer.compare(actual, expected) === 0, `${what}: the bytes differ`);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
