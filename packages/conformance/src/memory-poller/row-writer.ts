import { type BatchMemory, Column, type EventKind, ROW_SIZE } from '@gev/core';

type Kind = (typeof EventKind)[keyof typeof EventKind];

/** The slot and the generation that a row is about. */
export interface RowSubject {
  readonly slot: number;
  readonly generation: number;
}

/** Fills a table of rows, and for `data` the input region of the arena, up to their bounds. */
export class RowWriter {
  readonly #memory: BatchMemory;
  readonly #table: Int32Array;
  readonly #limit: number;
  #rows = 0;
  #bytes = 0;

  constructor(memory: BatchMemory, table: Int32Array) {
    this.#memory = memory;
    this.#table = table;
    this.#limit = table.length / ROW_SIZE;
  }

  get rows(): number {
    return this.#rows;
  }

  /** No row is free: the rest belongs to the next batch. */
  get full(): boolean {
    return this.#rows === this.#limit;
  }

  /** Starts the next batch. */
  begin(): void {
    this.#rows = 0;
    this.#bytes = 0;
  }

  add(kind: Kind, subject: RowSubject, detail = 0): void {
    this.#put(kind, subject, 0, 0, detail);
  }

  /**
   * Lets `read` fill a part of the arena and writes a `data` row for what it filled; returns
   * false when the arena has no room left.
   */
  addData(kind: Kind, subject: RowSubject, read: (target: Uint8Array) => number): boolean {
    const { arena, inputSize, readSize } = this.#memory;
    const offset = this.#bytes;
    const room = Math.min(readSize, inputSize - offset);
    if (room === 0) return false;
    const length = read(arena.subarray(offset, offset + room));
    this.#bytes += length;
    this.#put(kind, subject, offset, length, 0);
    return true;
  }

  #put(kind: Kind, subject: RowSubject, offset: number, length: number, detail: number): void {
    const at = this.#rows * ROW_SIZE;
    this.#table[at + Column.kind] = kind;
    this.#table[at + Column.slot] = subject.slot;
    this.#table[at + Column.generation] = subject.generation;
    this.#table[at + Column.offset] = offset;
    this.#table[at + Column.length] = length;
    this.#table[at + Column.detail] = detail;
    this.#rows += 1;
  }
}
