import {
  type Address,
  EventKind,
  generationOf,
  handleOf,
  OrderKind,
  ROW_SIZE,
  slotOf,
} from '@gev/core';
import type { Peer, PeerNetwork, PeerServer } from '../src/index.js';
import { type MemoryNetwork, MemoryPoller } from '../src/memory-poller/index.js';

type Order = (typeof OrderKind)[keyof typeof OrderKind];

/** Peers on a memory network: one poller of their own, apart from the one under test. */
export class MemoryPeers implements PeerNetwork {
  readonly #poller: MemoryPoller;
  readonly #peers = new Map<number, MemoryPeer>();
  /** By the slot of their listener. */
  readonly #arrived = new Map<number, MemoryPeer[]>();
  readonly #waiting: (() => void)[] = [];

  constructor(network: MemoryNetwork) {
    this.#poller = new MemoryPoller(network);
    this.#poller.start({ onBatch: (rows) => this.#onBatch(rows) });
  }

  async dial(address: Address): Promise<Peer> {
    const peer = this.#add(this.#poller.connect(address));
    while (!peer.connected && !peer.failed) await this.#change();
    if (peer.failed) throw new Error('the connection was refused');
    return peer;
  }

  async serve(address: Address): Promise<PeerServer> {
    const listening = await this.#poller.listen(address);
    const arrived: MemoryPeer[] = [];
    this.#arrived.set(slotOf(listening.handle), arrived);
    return {
      address: listening.address,
      accept: async () => {
        for (;;) {
          const peer = arrived.shift();
          if (peer) return peer;
          await this.#change();
        }
      },
      close: async () => this.order(OrderKind.abort, listening.handle),
    };
  }

  async close(): Promise<void> {
    this.#poller.stop();
  }

  order(kind: Order, handle: number, offset = 0, length = 0): void {
    const { orders } = this.#poller.memory;
    orders.set([kind, slotOf(handle), generationOf(handle), offset, length, 0]);
    this.#poller.flush(1);
  }

  write(handle: number, bytes: Uint8Array): void {
    const { arena, inputSize, outputSize } = this.#poller.memory;
    for (let from = 0; from < bytes.length; from += outputSize) {
      const part = bytes.subarray(from, from + outputSize);
      arena.set(part, inputSize);
      this.order(OrderKind.write, handle, inputSize, part.length);
    }
  }

  reset(handle: number): void {
    this.#poller.reset(handle);
  }

  localAddress(handle: number): Address {
    return this.#poller.localAddress(handle) ?? { transport: 'unix', path: '' };
  }

  #add(handle: number): MemoryPeer {
    const peer = new MemoryPeer(this, handle);
    this.#peers.set(handle, peer);
    return peer;
  }

  #onBatch(rows: number): void {
    const { events, arena } = this.#poller.memory;
    for (let row = 0; row < rows; row += 1) {
      const at = row * ROW_SIZE;
      const [kind = 0, slot = 0, generation = 0, offset = 0, length = 0, detail = 0] =
        events.subarray(at, at + ROW_SIZE);
      const handle = handleOf(slot, generation);
      if (kind === EventKind.accepted) this.#arrived.get(detail)?.push(this.#add(handle));
      else this.#peers.get(handle)?.take(kind, arena.slice(offset, offset + length));
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

class MemoryPeer implements Peer {
  readonly local: Address;
  receivedLength = 0;
  connected = false;
  ended = false;
  failed = false;
  readonly #owner: MemoryPeers;
  readonly #handle: number;
  readonly #chunks: Uint8Array[] = [];

  constructor(owner: MemoryPeers, handle: number) {
    this.#owner = owner;
    this.#handle = handle;
    this.local = owner.localAddress(handle);
  }

  take(kind: number, bytes: Uint8Array): void {
    if (kind === EventKind.connected) this.connected = true;
    if (kind === EventKind.ended) this.ended = true;
    if (kind === EventKind.closed) this.failed = true;
    if (kind === EventKind.data) {
      this.#chunks.push(bytes);
      this.receivedLength += bytes.length;
    }
  }

  received(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  write(bytes: Uint8Array): void {
    this.#owner.write(this.#handle, bytes);
  }

  end(): void {
    this.#owner.order(OrderKind.shutdown, this.#handle);
  }

  reset(): void {
    this.#owner.reset(this.#handle);
  }

  pause(): void {
    this.#owner.order(OrderKind.pause, this.#handle);
  }

  resume(): void {
    this.#owner.order(OrderKind.resume, this.#handle);
  }
}
