import { createCounters, MetricTable } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { type Letter, LoopBoard, PostOffice, SERVER } from '../src/index.js';
import { ScriptedPoller } from './scripted-poller.js';

function setUp() {
  const poller = new ScriptedPoller();
  const board = new LoopBoard(2);
  board.setMailbox(0, poller.mailbox);
  const dropped = new MetricTable(createCounters()).counter({ name: 'd_total', help: 'Dropped.' });
  const office = new PostOffice(poller, board, 1, dropped);
  const letters: Letter[] = [];
  office.receive(4, (letter) => letters.push(letter));
  return { poller, board, office, letters, dropped };
}

describe('PostOffice', () => {
  it('takes heads and bodies along', () => {
    const { poller, office, letters } = setUp();
    const head = { text: 'hé', list: [1, 2n, new Date(0)], bytes: new Uint8Array([1, 2]) };
    expect(office.send(4, 0, head, new Uint8Array([7, 8, 9]))).toBe(true);
    expect(office.send(4, 0, undefined)).toBe(true);
    office.deliver(poller.receive());
    expect(letters).toEqual([
      { to: 0, from: 1, head, body: new Uint8Array([7, 8, 9]) },
      { to: 0, from: 1, head: undefined, body: new Uint8Array(0) },
    ]);
  });

  it('says when nobody is there', () => {
    const { office, poller, dropped } = setUp();
    expect(office.send(4, 1, 'x')).toBe(false);
    expect(office.send(4, SERVER, 'x')).toBe(false);
    expect(poller.receive()).toEqual([]);
    expect(dropped.value).toBe(2);
  });

  it('refuses what cannot be cloned', () => {
    const { office } = setUp();
    expect(() => office.send(4, 0, { call: () => 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }),
    );
  });

  it('drops a letter of a kind that nobody receives', () => {
    const { office, poller, letters } = setUp();
    office.send(5, 0, 'x');
    office.deliver(poller.receive());
    expect(letters).toEqual([]);
  });
});
