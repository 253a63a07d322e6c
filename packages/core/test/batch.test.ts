import { describe, expect, it } from 'vitest';
import {
  BatchMemory,
  generationOf,
  HandleTable,
  handleOf,
  ROW_SIZE,
  slotOf,
} from '../src/index.js';

describe('handles', () => {
  it.each([
    [0, 1],
    [2 ** 22 - 1, 1],
    [5, 2 ** 28],
  ])('slot %i and generation %i go into one number and come out again', (slot, generation) => {
    const handle = handleOf(slot, generation);
    expect(Number.isSafeInteger(handle)).toBe(true);
    expect([slotOf(handle), generationOf(handle)]).toEqual([slot, generation]);
  });

  it('a table uses slots again, and generations never', () => {
    const table = new HandleTable<string>(2);
    const first = table.add(() => 'a');
    table.add((slot, generation) => `${slot}/${generation}`);
    expect(() => table.add(() => 'c')).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_POLLER_STATE' }),
    );
    table.remove(slotOf(first), generationOf(first));
    table.remove(slotOf(first), generationOf(first));
    const next = table.add(() => 'd');
    expect(slotOf(next)).toBe(slotOf(first));
    expect(generationOf(next)).toBe(generationOf(first) + 1);
    expect(table.get(slotOf(first), generationOf(first))).toBeUndefined();
    expect(table.get(slotOf(next), generationOf(next))).toBe('d');
    expect(table.entries()).toEqual(['d', '1/1']);
  });
});

describe('batch memory', () => {
  it('has the sizes that were asked for', () => {
    const memory = new BatchMemory({
      inputSize: 8192,
      outputSize: 4096,
      readSize: 8192,
      batch: 2,
      maxHandles: 10,
    });
    expect(memory.arena).toHaveLength(12_288);
    expect(memory.events).toHaveLength(2 * ROW_SIZE);
    expect(memory.orders).toHaveLength(memory.maxOrders * ROW_SIZE);
    expect(memory.queued).toHaveLength(10);
    expect(memory.readSize).toBe(8192);
  });

  it.each([
    [{ inputSize: 1 }],
    [{ outputSize: 2 ** 31 }],
    [{ readSize: 0 }],
    [{ inputSize: 8192, readSize: 10_000 }],
    [{ batch: 0 }],
    [{ batch: 1.5 }],
    [{ maxHandles: Number.NaN }],
    [{ lowWatermark: -1 }],
  ])('refuses %o with the name and the value', (options) => {
    const [name, value] = Object.entries(options).at(-1)!;
    expect(() => new BatchMemory(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_GEV_INVALID_OPTION',
        message: expect.stringContaining(`${name} is ${value}`),
      }),
    );
  });
});
