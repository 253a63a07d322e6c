import { expect, it } from 'vitest';
import { LagMeter } from '../src/metrics/lag-meter.js';
import { stall } from './stall.js';

it('tells of one stall once, also when it is asked before its own timer has run', async () => {
  const meter = new LagMeter();
  stall(1_000);
  const first = meter.take();
  // Its late timer runs now.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const second = meter.take();
  meter.stop();
  expect(first).toBeGreaterThan(900);
  expect(second).toBeLessThan(first / 2);
});
