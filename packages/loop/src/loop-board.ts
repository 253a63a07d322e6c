/**
 * What the threads of one server know of each other without asking, in shared memory: for each
 * loop its open connections, its mailbox and the number of its last connection.
 *
 * Thread rule: any thread, but `nextConnection` only that of the loop it is called for.
 */
export class LoopBoard {
  /** Loops of the server; fixed for its life. */
  readonly loops: number;
  /** Handed to the other threads, which make a board of their own over it. */
  readonly memory: SharedArrayBuffer;
  /** Connections of all loops, behind those of each. */
  readonly #loads: Int32Array;
  readonly #serials: Float64Array;
  /** One a loop, and the last that of the server's own thread. 0: nobody is there. */
  readonly #mailboxes: BigInt64Array;

  constructor(loops: number, memory = new SharedArrayBuffer(sizeFor(loops))) {
    this.loops = loops;
    this.memory = memory;
    const loads = loadsSize(loops);
    this.#loads = new Int32Array(memory, 0, loops + 1);
    this.#serials = new Float64Array(memory, loads, loops);
    this.#mailboxes = new BigInt64Array(memory, loads + 8 * loops, loops + 1);
  }

  /**
   * The id for a new connection of `loop`: tells its loop, and is never used again, also by the
   * thread that takes the place of one that died.
   */
  nextConnection(loop: number): number {
    const serial = this.#serials[loop]! + 1;
    this.#serials[loop] = serial;
    return serial * this.loops + loop;
  }

  /** Whether a connection has, or had, that id. */
  hasGiven(connection: number): boolean {
    if (!Number.isSafeInteger(connection) || connection < this.loops) return false;
    const loop = this.loopOf(connection);
    return (connection - loop) / this.loops <= this.#serials[loop]!;
  }

  /** The loop that a connection lives in, or lived in. */
  loopOf(connection: number): number {
    return connection % this.loops;
  }

  /**
   * Counts one more connection for `loop`. False, and not counted, when all loops together have
   * `most` already.
   */
  enter(loop: number, most: number): boolean {
    if (Atomics.add(this.#loads, this.loops, 1) >= most) {
      Atomics.sub(this.#loads, this.loops, 1);
      return false;
    }
    Atomics.add(this.#loads, loop, 1);
    return true;
  }

  leave(loop: number): void {
    Atomics.sub(this.#loads, loop, 1);
    Atomics.sub(this.#loads, this.loops, 1);
  }

  /** Takes back all that a loop had when its thread died, and returns how many they were. */
  clear(loop: number): number {
    const lost = Atomics.exchange(this.#loads, loop, 0);
    Atomics.sub(this.#loads, this.loops, lost);
    return lost;
  }

  connections(loop: number): number {
    return Atomics.load(this.#loads, loop);
  }

  /** Connections of all loops. */
  get total(): number {
    return Atomics.load(this.#loads, this.loops);
  }

  /** The mailbox of a loop, or of the server's own thread for -1; 0 when nobody is there. */
  mailbox(loop: number): number {
    return Number(Atomics.load(this.#mailboxes, this.#placeOf(loop)));
  }

  setMailbox(loop: number, mailbox: number): void {
    Atomics.store(this.#mailboxes, this.#placeOf(loop), BigInt(mailbox));
  }

  #placeOf(loop: number): number {
    return loop < 0 ? this.loops : loop;
  }
}

/** Bytes of the counts, padded so that what follows is aligned. */
function loadsSize(loops: number): number {
  return Math.ceil((4 * (loops + 1)) / 8) * 8;
}

function sizeFor(loops: number): number {
  return loadsSize(loops) + 8 * loops + 8 * (loops + 1);
}
