import { bulk, copyInto, type Encoded } from '../protocols/resp/reply.js';

/** What lies under a key. */
export interface Entry {
  /** The value as the bulk string that GET answers: told without being packed anew. */
  value: Encoded;
  /** Milliseconds of the wall clock, from which on it is gone; 0: never. */
  expiresAt: number;
}

/** What the key space needs of the world. */
export interface KeySpaceOptions {
  /** Milliseconds of the wall clock. */
  readonly now: () => number;
  /** Runs a task once, later: by the timers of the loop. */
  readonly runAfter: (delay: number, task: () => void) => void;
}

/** Milliseconds between two rounds of active expiry. */
const ROUND = 100;
/** Keys that a round looks at in one go; it goes on while more than a quarter of them were gone. */
const GO = 20;
const MOST_GOES = 50;

/**
 * Keys and values, in one loop and one Map.
 *
 * A key is a string in which each character is a byte (latin1). So any bytes are a key of their own,
 * which UTF-8 would not give (all that is malformed decodes to the same U+FFFD), V8 keeps it at a byte
 * a character, and a Map finds strings by value, which it does not do for arrays of bytes.
 *
 * A key whose time is over is removed when somebody asks for it, and by rounds that run only while
 * some key has a time: an idle server does not wake.
 */
export class KeySpace {
  readonly #now: () => number;
  readonly #runAfter: (delay: number, task: () => void) => void;
  readonly #entries = new Map<string, Entry>();
  /** The keys that have a time. */
  readonly #mortal = new Set<string>();
  #isWatched = false;

  constructor({ now, runAfter }: KeySpaceOptions) {
    this.#now = now;
    this.#runAfter = runAfter;
  }

  /** Keys, with those that are over but have not been found yet. */
  get size(): number {
    return this.#entries.size;
  }

  /** Keys that have a time. */
  get mortal(): number {
    return this.#mortal.size;
  }

  now(): number {
    return this.#now();
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt === 0 || entry.expiresAt > this.#now()) return entry;
    this.delete(key);
    return undefined;
  }

  /** Sets a value, copied, that lasts until it is deleted. */
  set(key: string, bytes: Uint8Array, start: number, end: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { value: bulk(bytes, start, end), expiresAt: 0 });
      return;
    }
    const { value } = entry;
    // What was told of the old value was copied into the output by then.
    if (value.size === end - start) copyInto(value.bytes, value.bodyStart, bytes, start, end);
    else entry.value = bulk(bytes, start, end);
    if (entry.expiresAt !== 0) this.expire(key, entry, 0);
  }

  /** Sets a value and keeps the time of the key. */
  replace(key: string, value: Encoded): void {
    const entry = this.get(key);
    if (entry === undefined) this.#entries.set(key, { value, expiresAt: 0 });
    else entry.value = value;
  }

  /** @param expiresAt milliseconds of the wall clock, 0: never */
  expire(key: string, entry: Entry, expiresAt: number): void {
    entry.expiresAt = expiresAt;
    if (expiresAt === 0) {
      this.#mortal.delete(key);
      return;
    }
    this.#mortal.add(key);
    this.#watch();
  }

  delete(key: string): boolean {
    this.#mortal.delete(key);
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#mortal.clear();
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#runAfter(ROUND, () => {
      this.#isWatched = false;
      this.#expireSome();
      if (this.#mortal.size > 0) this.#watch();
    });
  }

  #expireSome(): void {
    const now = this.#now();
    for (let go = 0; go < MOST_GOES; go += 1) {
      const looked = this.#look(now);
      if (looked.gone * 4 <= looked.at) return;
    }
  }

  /** Looks at the keys that were not looked at for longest. */
  #look(now: number): { at: number; gone: number } {
    let at = 0;
    let gone = 0;
    for (const key of this.#mortal) {
      if (at === GO) break;
      at += 1;
      // Behind the others, if it stays.
      this.#mortal.delete(key);
      if (this.#entries.get(key)!.expiresAt <= now) {
        this.#entries.delete(key);
        gone += 1;
      } else {
        this.#mortal.add(key);
      }
    }
    return { at, gone };
  }
}
