import { type BatchMemory, Column, EventKind, handleOf, ROW_SIZE } from '@gev/core';

/** One event or result row, copied out of the poller's memory. */
export interface Row {
  /** Counted from 1; 0 for the result of a flush outside a batch. */
  readonly batch: number;
  readonly kind: number;
  readonly slot: number;
  readonly generation: number;
  readonly handle: number;
  readonly offset: number;
  readonly length: number;
  readonly detail: number;
  /** A copy of the bytes of a `data` row, else empty. */
  readonly bytes: Uint8Array;
  /** `queued` of the slot when the row was read. */
  readonly queued: number;
}

const NOTHING = new Uint8Array(0);

export function readRow(table: Int32Array, index: number, memory: BatchMemory, batch: number): Row {
  const column = (name: keyof typeof Column) => table[index * ROW_SIZE + Column[name]] ?? 0;
  const [slot, generation] = [column('slot'), column('generation')];
  const [offset, length] = [column('offset'), column('length')];
  const isData = column('kind') === EventKind.data;
  return {
    batch,
    kind: column('kind'),
    slot,
    generation,
    handle: handleOf(slot, generation),
    offset,
    length,
    detail: column('detail'),
    bytes: isData ? memory.arena.slice(offset, offset + length) : NOTHING,
    queued: memory.queued[slot] ?? 0,
  };
}

/** The name of an event kind, for messages. */
export function kindName(kind: number): string {
  const known = Object.entries(EventKind).find(([, value]) => value === kind);
  return known ? known[0] : `kind ${kind}`;
}
