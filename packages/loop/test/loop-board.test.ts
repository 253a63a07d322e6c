import { describe, expect, it } from 'vitest';
import { LoopBoard } from '../src/index.js';

describe('LoopBoard', () => {
  it('is the same board in every thread that has its memory', () => {
    const board = new LoopBoard(3);
    const other = new LoopBoard(3, board.memory);
    board.enter(1, 10);
    board.setMailbox(2, 2 ** 40);
    board.setMailbox(-1, 7);
    expect([other.connections(1), other.total]).toEqual([1, 1]);
    expect([other.mailbox(2), other.mailbox(-1), other.mailbox(0)]).toEqual([2 ** 40, 7, 0]);
  });

  it('gives ids that tell the loop and are never used again, also not by a successor', () => {
    const board = new LoopBoard(3);
    const ids = [board.nextConnection(2), board.nextConnection(0), board.nextConnection(2)];
    const successor = new LoopBoard(3, board.memory);
    ids.push(successor.nextConnection(2));
    expect(new Set(ids).size).toBe(4);
    expect(ids.map((id) => board.loopOf(id))).toEqual([2, 0, 2, 2]);
  });

  it('knows the ids that it has given, and no others', () => {
    const board = new LoopBoard(3);
    const given = [board.nextConnection(2), board.nextConnection(0), board.nextConnection(2)];
    expect(given.every((id) => board.hasGiven(id))).toBe(true);
    const never = [-1, 0, 1, 2, 0.5, Number.NaN, 2 ** 60, given[2]! + 3, given[1]! + 1];
    expect(never.filter((id) => board.hasGiven(id))).toEqual([]);
    expect(board.hasGiven('5' as unknown as number)).toBe(false);
  });

  it('lets in no more than the most of all loops together', () => {
    const board = new LoopBoard(2);
    expect([board.enter(0, 2), board.enter(1, 2), board.enter(0, 2)]).toEqual([true, true, false]);
    expect([board.connections(0), board.connections(1), board.total]).toEqual([1, 1, 2]);
    board.leave(1);
    expect(board.enter(0, 2)).toBe(true);
  });

  it('takes back what a loop had', () => {
    const board = new LoopBoard(2);
    for (let i = 0; i < 5; i += 1) board.enter(i % 2, 100);
    expect(board.clear(0)).toBe(3);
    expect([board.connections(0), board.connections(1), board.total]).toEqual([0, 2, 2]);
  });
});
