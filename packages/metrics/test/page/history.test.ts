import { describe, expect, it } from 'vitest';
import { History, SHOWN } from '../../src/page/history.js';
import { increase } from '../../src/page/reading.js';
import { generatedFeed, sampleOf } from './generated-feed.js';

const START = 1_700_000_000_000;

describe('a counter', () => {
  it('grows by the difference, and by all of it after it began anew', () => {
    expect(increase(15, 10)).toBe(5);
    expect(increase(10, 10)).toBe(0);
    expect(increase(4, 10)).toBe(4);
  });
});

describe('the history of the page', () => {
  it('tells gauges from one sample, and rates from two', () => {
    const history = new History();
    history.merge([sampleOf(START, { connections: 3, messagesIn: 100, busy: 0.5 })], 1000);
    expect(history.readings[0]!.all).toMatchObject({ connections: 3, busy: 0.5, messagesIn: null });
    history.add(sampleOf(START + 500, { connections: 2, messagesIn: 150, bytesOut: 64 }));
    expect(history.readings[1]!.all).toMatchObject({
      connections: 2,
      messagesIn: 100,
      bytesOut: 128,
      closed: 0,
    });
  });

  it('sums loops up, takes the mean of their load and the worst of their lag', () => {
    const one = sampleOf(START, { connections: 1, busy: 0.2, lag: 0.5, messagesIn: 5 });
    const two = sampleOf(START + 1000, { connections: 2, busy: 0.6, lag: 0.1, messagesIn: 8 });
    const both = (time: number, loops = [one.loops[0]!, two.loops[0]!]) => ({
      ...one,
      time,
      loops,
    });
    const history = new History();
    history.merge([both(START), both(START + 1000, [two.loops[0]!, two.loops[0]!])], 1000);
    expect(history.readings[0]!.all).toMatchObject({ connections: 3, busy: 0.4, lag: 0.5 });
    expect(history.readings[1]!.all).toMatchObject({ connections: 4, messagesIn: 3 });
    expect(history.readings[1]!.loops.map(({ messagesIn }) => messagesIn)).toEqual([3, 0]);
    const server = sampleOf(START, { busy: 1, lag: 2 }).loops[0]!;
    history.add({ ...both(START + 2000), server });
    const { all, server: own } = history.readings[2]!;
    expect([all?.busy, all?.lag, own?.busy]).toEqual([0.4, 2, 1]);
  });

  it('keeps ten minutes', () => {
    const feed = generatedFeed(START, 2);
    const history = new History();
    for (let i = 0; i < 700; i += 1) history.add(feed.next().value);
    const [first, last] = [history.readings[0]!, history.readings.at(-1)!];
    expect(last.time - first.time).toBe(SHOWN);
    expect(history.before(60_000)!.time).toBe(last.time - 60_000);
    expect(history.before(2 * SHOWN)!.time).toBe(first.time);
  });

  it('passes over what it knows', () => {
    const history = new History();
    const samples = [0, 1000, 2000].map((time) => sampleOf(START + time, { messagesIn: time }));
    history.merge(samples.slice(0, 2), 1000);
    expect(history.merge(samples, 1000)).toBe(false);
    expect(history.readings.map(({ time }) => time - START)).toEqual([0, 1000, 2000]);
    expect(history.readings[2]!.all!.messagesIn).toBe(1000);
  });

  it('has a gap where there was no sample, and the mean rate after it', () => {
    const history = new History();
    history.merge([sampleOf(START)], 1000);
    history.add(sampleOf(START + 10_000, { messagesIn: 50 }));
    expect(history.readings.map(({ all }) => all?.messagesIn)).toEqual([null, undefined, 5]);
  });

  it('notices that the server was restarted, and counts from there', () => {
    const history = new History();
    history.merge([sampleOf(START), sampleOf(START + 1000, { messagesIn: 500, opened: 5 })], 1000);
    const again = [3000, 4000].map((time) => sampleOf(START + time, { messagesIn: time / 10 }));
    expect(history.merge(again, 1000)).toBe(true);
    expect(history.restarts).toEqual([START + 3000]);
    const rates = history.readings.map(({ all }) => all?.messagesIn);
    expect(rates).toEqual([null, 500, undefined, null, 100]);
    // The connection to it was lost, and no more.
    const later = [4000, 5000].map((time) => sampleOf(START + time, { messagesIn: time / 10 }));
    expect(history.merge(later, 1000)).toBe(false);
  });

  it('takes a server that remembers all it can for the same one', () => {
    const history = new History();
    history.merge([sampleOf(START)], 1000);
    const full = Array.from({ length: 600 }, (_, i) => sampleOf(START + SHOWN + i * 1000));
    expect(history.merge(full, 1000)).toBe(false);
  });

  it('reads the times of the handler over the last ten seconds', () => {
    const history = new History();
    const at = (second: number, fast: number, slow: number) =>
      history.add({
        ...sampleOf(START + second * 1000),
        handlerTime: [
          [0.001, fast],
          [0.1, fast + slow],
          [null, fast + slow],
        ],
      });
    at(0, 0, 0);
    at(1, 0, 100);
    expect(history.readings.at(-1)!.p50).toBeGreaterThan(0.001);
    for (let second = 2; second <= 12; second += 1) at(second, second * 100, 100);
    expect(history.readings.at(-1)!.p999).toBeLessThanOrEqual(0.001);
  });
});
