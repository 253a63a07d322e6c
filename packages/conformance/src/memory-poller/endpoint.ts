import { constants } from 'node:os';
import { type Address, EventKind } from '@gev/core';
import { Pipe } from './pipe.js';
import type { RowWriter } from './row-writer.js';

const { ECONNRESET, EPIPE } = constants.errno;

/** What an endpoint and a listener need of the poller that holds them. */
export interface Holder {
  readonly lowWatermark: number;
  /** `source` has something to tell: ask it in the next batch. */
  wake(source: Source): void;
  /** The handle is gone: free its slot, once the batch under way has been read. */
  forget(source: Source): void;
  /** `unsent` bytes wait in `slot`. */
  setQueued(slot: number, unsent: number): void;
}

/** Something behind a handle that makes event rows. */
export interface Source {
  readonly slot: number;
  readonly generation: number;
  /** It has told its end, or was ended: it takes no more orders. */
  readonly gone: boolean;
  /** Writes rows as far as they fit; returns true when there is more to tell. */
  collect(rows: RowWriter): boolean;
  pause(): void;
  resume(): void;
  /** Ends at once, telling only the peer. */
  destroy(): void;
}

/** One end of a connection in memory. Waits without a holder until a listener accepts it. */
export class Endpoint implements Source {
  slot = -1;
  generation = 0;
  /** The errno that is about to end this end; 0 while it is well. */
  failure = 0;
  readonly #incoming: Pipe;
  readonly #outgoing: Pipe;
  #holder: Holder | undefined;
  #peer: Endpoint | undefined;
  #unsent: Uint8Array[] = [];
  #unsentLength = 0;
  #mustTellConnected = false;
  #mustTellBacklog = false;
  #paused = false;
  #endTold = false;
  #shutdownWanted = false;
  #closeWanted = false;

  private constructor(
    incoming: Pipe,
    outgoing: Pipe,
    readonly local: Address,
    readonly remote: Address,
  ) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  /** Two ends that are each other's peer; `capacity` bytes fit between them each way. */
  static pair(near: Address, far: Address, capacity: number): [Endpoint, Endpoint] {
    const there = new Pipe(capacity);
    const back = new Pipe(capacity);
    const first = new Endpoint(back, there, near, far);
    const second = new Endpoint(there, back, far, near);
    first.#peer = second;
    second.#peer = first;
    return [first, second];
  }

  /** An end that never gets a peer: it fails with `errno`. */
  static failing(near: Address, far: Address, errno: number): Endpoint {
    const end = new Endpoint(new Pipe(0), new Pipe(0), near, far);
    end.failure = errno;
    return end;
  }

  /** Gives the endpoint its handle; `outbound` ends first tell that they are connected. */
  attach(holder: Holder, slot: number, generation: number, outbound: boolean): void {
    this.#holder = holder;
    this.slot = slot;
    this.generation = generation;
    this.#mustTellConnected = outbound;
    holder.setQueued(slot, 0);
    holder.wake(this);
  }

  get gone(): boolean {
    return this.#holder === undefined;
  }

  get unsent(): number {
    return this.#unsentLength;
  }

  /** It can be given away: established, with nothing unsent and nothing to be carried out. */
  get movable(): boolean {
    const waits = this.#mustTellConnected || this.#shutdownWanted || this.#closeWanted;
    return !waits && this.#unsentLength === 0;
  }

  /** Leaves its holder, which forgets the handle, and gives the end that goes on in its place. */
  moveOut(): Endpoint {
    const heir = new Endpoint(this.#incoming, this.#outgoing, this.local, this.remote);
    heir.failure = this.failure;
    heir.#peer = this.#peer;
    if (this.#peer) this.#peer.#peer = heir;
    this.#holder?.forget(this);
    this.#holder = undefined;
    return heir;
  }

  /** True once a `close` order can be answered: nothing is left to send. */
  get closable(): boolean {
    return this.#closeWanted && this.#unsentLength === 0;
  }

  /** Takes a copy of `bytes` for sending; {@link send} makes them leave. */
  append(bytes: Uint8Array): void {
    if (this.#shutdownWanted || this.#closeWanted || bytes.length === 0) return;
    this.#unsent.push(bytes.slice());
    this.#setUnsent(this.#unsentLength + bytes.length);
  }

  /** Moves to the peer what fits, and carries out a shutdown that waited for that. */
  send(): void {
    if (this.failure !== 0) return;
    if (this.#unsentLength > 0 && this.#outgoing.broken) this.failure = EPIPE;
    else this.#moveUnsent();
    if (this.#unsentLength === 0 && this.#shutdownWanted && !this.#outgoing.ended) {
      this.#outgoing.ended = true;
      this.#peer?.wake();
    }
  }

  shutdown(): void {
    this.#shutdownWanted = true;
    this.send();
  }

  close(): void {
    this.#closeWanted = true;
    this.send();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  /** What close(2) does: the peer reads to the end, unless bytes were left unread here. */
  destroy(): void {
    this.#setUnsent(0);
    this.leave();
  }

  /** As {@link destroy}, but what is unsent goes on standing in `queued`. */
  leave(): void {
    if (this.#incoming.length > 0) this.#peer?.fail(ECONNRESET);
    this.#drop();
  }

  /** Ends as a process that dies: the peer finds the connection reset. */
  reset(): void {
    this.#peer?.fail(ECONNRESET);
    this.#drop();
  }

  fail(errno: number): void {
    if (this.failure === 0) this.failure = errno;
    this.wake();
  }

  collect(rows: RowWriter): boolean {
    if (!this.#holder || rows.full) return this.#holder !== undefined;
    if (this.failure !== 0) return this.#tellClosed(rows, this.failure);
    if (this.#mustTellConnected) {
      this.#mustTellConnected = false;
      rows.add(EventKind.connected, this);
      if (rows.full) return true;
    }
    this.#sendMore();
    if (this.failure !== 0) return this.#tellClosed(rows, this.failure);
    if (this.closable) return this.#tellClosed(rows, 0);
    if (this.#mustTellBacklog) {
      this.#mustTellBacklog = false;
      rows.add(EventKind.backlog, this);
    }
    return this.#closeWanted ? false : this.#collectInput(rows);
  }

  #collectInput(rows: RowWriter): boolean {
    if (this.#paused) return false;
    if (this.#incoming.length > 0) {
      if (rows.full) return true;
      if (!rows.addData(EventKind.data, this, (target) => this.#incoming.read(target))) return true;
      this.#peer?.wake();
      if (this.#incoming.length > 0) return true;
    }
    if (!this.#incoming.ended || this.#endTold) return false;
    if (rows.full) return true;
    this.#endTold = true;
    rows.add(EventKind.ended, this);
    return false;
  }

  #tellClosed(rows: RowWriter, detail: number): boolean {
    rows.add(EventKind.closed, this, detail);
    this.leave();
    return false;
  }

  /** Sends what waits and notes whether the holder must hear that sending may go on. */
  #sendMore(): void {
    const before = this.#unsentLength;
    this.send();
    const mark = this.#holder?.lowWatermark ?? 0;
    const after = this.#unsentLength;
    if (before === after) return;
    if (after === 0 || (after < mark && before >= mark)) this.#mustTellBacklog = true;
  }

  #moveUnsent(): void {
    let moved = 0;
    for (let chunk = this.#unsent[0]; chunk; chunk = this.#unsent[0]) {
      const size = this.#outgoing.write(chunk);
      moved += size;
      if (size < chunk.length) {
        this.#unsent[0] = chunk.subarray(size);
        break;
      }
      this.#unsent.shift();
    }
    if (moved === 0) return;
    this.#setUnsent(this.#unsentLength - moved);
    this.#peer?.wake();
  }

  #setUnsent(bytes: number): void {
    this.#unsentLength = bytes;
    this.#holder?.setQueued(this.slot, bytes);
  }

  #drop(): void {
    this.#incoming.broken = true;
    this.#outgoing.ended = true;
    this.#unsent = [];
    this.#unsentLength = 0;
    this.#holder?.forget(this);
    this.#holder = undefined;
    this.#peer?.wake();
  }

  /** Something happened that the holder of this end must hear of. */
  wake(): void {
    this.#holder?.wake(this);
  }
}
