import { type BatchMemory, Column, EventKind, GevError, OrderKind, ROW_SIZE } from '@gev/core';
import { Endpoint, type Source } from './endpoint.js';
import type { MemoryNetwork } from './memory-network.js';
import type { RowWriter } from './row-writer.js';

type Find = (slot: number, generation: number) => Source | undefined;

/**
 * Carries out the first `orders` rows: writes are gathered, so that each connection sends once,
 * and any other order of a connection first sends what was gathered for it.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function carryOut(
  orders: number,
  memory: BatchMemory,
  results: RowWriter,
  network: MemoryNetwork,
  find: Find,
): void {
  if (!Number.isInteger(orders) || orders < 0 || orders > memory.maxOrders) {
    throw new GevError(
      'ERR_GEV_INVALID_OPTION',
      `flush(${orders}): give the number of order rows, from 0 to ${memory.maxOrders}`,
    );
  }
  results.begin();
  const touched = new Set<Endpoint>();
  for (let row = 0; row < orders; row += 1) {
    const at = row * ROW_SIZE;
    const slot = memory.orders[at + Column.slot] ?? -1;
    const source = find(slot, memory.orders[at + Column.generation] ?? 0);
    if (source instanceof Endpoint) {
      touched.add(source);
      order(source, memory, at);
    } else if (source) {
      orderListener(source, memory.orders[at + Column.kind], results);
    }
  }
  for (const end of touched) settle(end, results, network);
}

function order(end: Endpoint, memory: BatchMemory, at: number): void {
  const kind = memory.orders[at + Column.kind];
  if (kind === OrderKind.write) write(end, memory, at);
  else if (kind === OrderKind.shutdown) end.shutdown();
  else if (kind === OrderKind.close) end.close();
  else if (kind === OrderKind.abort) end.destroy();
  else if (kind === OrderKind.pause) end.pause();
  else if (kind === OrderKind.resume) end.resume();
}

function write(end: Endpoint, memory: BatchMemory, at: number): void {
  const offset = memory.orders[at + Column.offset] ?? -1;
  const length = memory.orders[at + Column.length] ?? -1;
  if (offset < 0 || length < 0 || offset + length > memory.arena.length) return;
  end.append(memory.arena.subarray(offset, offset + length));
}

function orderListener(listener: Source, kind: number | undefined, results: RowWriter): void {
  if (kind === OrderKind.pause) listener.pause();
  else if (kind === OrderKind.resume) listener.resume();
  else if (kind === OrderKind.close || kind === OrderKind.abort) {
    listener.destroy();
    if (kind === OrderKind.close) results.add(EventKind.closed, listener);
  }
}

/** Sends once and tells what came of it. */
function settle(end: Endpoint, results: RowWriter, network: MemoryNetwork): void {
  if (end.gone) return;
  if (end.unsent > 0) network.sends += 1;
  end.send();
  if (end.failure !== 0 || end.closable) {
    results.add(EventKind.closed, end, end.failure);
    end.leave();
  } else if (end.unsent > 0) {
    results.add(EventKind.backlog, end);
  }
}
