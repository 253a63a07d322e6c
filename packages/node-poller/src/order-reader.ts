import { type BatchMemory, Column, EventKind, GevError, OrderKind, ROW_SIZE } from '@gev/core';
import type { Subject } from './event-queue.js';
import { NodeConnection } from './node-connection.js';
import { NodeListener } from './node-listener.js';

type Find = (slot: number, generation: number) => Subject | undefined;

/**
 * Carries out the first `orders` rows and returns the number of result rows. Writes are gathered
 * per connection and leave in one call; any other order first sends what was gathered before it.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function carryOut(memory: BatchMemory, orders: number, find: Find): number {
  if (!Number.isInteger(orders) || orders < 0 || orders > memory.maxOrders) {
    throw new GevError(
      'ERR_GEV_INVALID_OPTION',
      `flush(${orders}): give the number of order rows, from 0 to ${memory.maxOrders}`,
    );
  }
  const writers: NodeConnection[] = [];
  for (let row = 0; row < orders; row += 1) {
    const at = row * ROW_SIZE;
    const slot = memory.orders[at + Column.slot] ?? -1;
    const subject = find(slot, memory.orders[at + Column.generation] ?? 0);
    if (subject instanceof NodeConnection) orderConnection(subject, memory, at, writers);
    else if (subject instanceof NodeListener) orderListener(subject, memory.orders[at]);
  }
  return settle(writers, memory);
}

function orderConnection(
  connection: NodeConnection,
  memory: BatchMemory,
  at: number,
  writers: NodeConnection[],
): void {
  const kind = memory.orders[at + Column.kind];
  if (kind === OrderKind.write) addPiece(connection, memory, at, writers);
  else if (kind === OrderKind.pause) connection.pause();
  else if (kind === OrderKind.resume) connection.resume();
  else if (kind === OrderKind.abort) {
    connection.pieces.length = 0;
    connection.destroy();
  } else if (kind === OrderKind.shutdown) {
    sendPieces(connection, memory);
    connection.shutdown();
  } else if (kind === OrderKind.close) {
    sendPieces(connection, memory);
    connection.close();
  }
}

function addPiece(
  connection: NodeConnection,
  memory: BatchMemory,
  at: number,
  writers: NodeConnection[],
): void {
  const offset = memory.orders[at + Column.offset] ?? -1;
  const length = memory.orders[at + Column.length] ?? -1;
  if (offset < 0 || length < 1 || offset + length > memory.arena.length) return;
  if (connection.pieces.length === 0) writers.push(connection);
  connection.pieces.push(offset, length);
}

function orderListener(listener: NodeListener, kind: number | undefined): void {
  if (kind === OrderKind.pause) listener.pause();
  else if (kind === OrderKind.resume) listener.resume();
  else if (kind === OrderKind.close) listener.close();
  else if (kind === OrderKind.abort) listener.destroy();
}

/** Sends what is left and tells which connections keep unsent bytes. */
function settle(writers: NodeConnection[], memory: BatchMemory): number {
  let results = 0;
  // Twice in the list: a connection that wrote, shut down, and was told to write again.
  for (const connection of new Set(writers)) {
    sendPieces(connection, memory);
    if (connection.gone || (memory.queued[connection.slot] ?? 0) === 0) continue;
    const at = results * ROW_SIZE;
    memory.results[at + Column.kind] = EventKind.backlog;
    memory.results[at + Column.slot] = connection.slot;
    memory.results[at + Column.generation] = connection.generation;
    results += 1;
  }
  return results;
}

/**
 * Joins the gathered writes in one copy. It must be a copy: node:net may keep what the kernel
 * does not take, and the arena is written anew after the flush.
 */
function sendPieces(connection: NodeConnection, memory: BatchMemory): void {
  const { pieces } = connection;
  if (pieces.length === 0) return;
  let size = 0;
  for (let index = 1; index < pieces.length; index += 2) size += pieces[index] ?? 0;
  const joined = Buffer.allocUnsafe(size);
  let filled = 0;
  for (let index = 0; index < pieces.length; index += 2) {
    const offset = pieces[index] ?? 0;
    const length = pieces[index + 1] ?? 0;
    joined.set(memory.arena.subarray(offset, offset + length), filled);
    filled += length;
  }
  pieces.length = 0;
  connection.send(joined);
}
