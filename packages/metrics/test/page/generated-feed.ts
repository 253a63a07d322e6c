import type { LoopSample, Sample } from '../../src/sample.js';

/** Upper bounds of the handler's histogram, in seconds. */
const BOUNDS = [1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 1e-2, 0.1];

const IDLE: LoopSample = {
  connections: 0,
  opened: 0,
  closed: 0,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  busy: 0,
  lag: 0,
  readPauses: 0,
  acceptErrors: 0,
  restarts: 0,
};

/** A sample that says nothing but what is given. */
export function sampleOf(time: number, loop: Partial<LoopSample> = {}): Sample {
  return { time, loops: [{ ...IDLE, ...loop }], closedBy: {}, handlerTime: [[null, 0]] };
}

/** A server under a load that goes up and down, the same each time: one sample a second. */
export function* generatedFeed(start: number, loops: number): Generator<Sample, never> {
  let state = Array.from({ length: loops }, () => IDLE);
  let closedBy: Record<string, number> = {};
  let counts = BOUNDS.map(() => 0);
  for (let second = 0; ; second += 1) {
    const wave = 0.6 + 0.3 * Math.sin(second / 40) + 0.06 * Math.sin(second * 1.7);
    state = state.map((loop, i) => grown(loop, wave * (1 - (i % 8) * 0.07), second, i));
    const closed = state.reduce((total, loop) => total + loop.closed, 0);
    closedBy = reasonsOf(closed, second);
    counts = counts.map(
      (count, i) => count + Math.round(2000 * wave * shareUnder(BOUNDS[i]!, wave)),
    );
    const total = (counts.at(-1) ?? 0) + Math.floor(second / 50);
    yield {
      time: start + second * 1000,
      loops: state,
      closedBy,
      handlerTime: [
        ...counts.map((count, i) => [BOUNDS[i]!, count] as const),
        [null, total] as const,
      ],
    };
  }
}

function grown(before: LoopSample, load: number, second: number, loop: number): LoopSample {
  const messages = Math.round(310_000 * load);
  const closes = Math.round(6 + 4 * Math.sin(second / 9 + loop));
  const opened = before.opened + closes + (second === 0 ? 300 : Math.round(Math.cos(second / 30)));
  const closed = before.closed + closes;
  return {
    connections: opened - closed,
    opened,
    closed,
    messagesIn: before.messagesIn + messages,
    messagesOut: before.messagesOut + Math.round(messages * 0.82),
    bytesIn: before.bytesIn + messages * 64,
    bytesOut: before.bytesOut + Math.round(messages * 0.82) * 78,
    busy: Math.min(1, load * 1.02),
    lag: 0.0008 + 0.004 * load + (second % 97 === 50 && loop === 1 ? 0.14 : 0),
    readPauses: before.readPauses + (second % 120 === 0 ? 2 : 0),
    acceptErrors: 0,
    restarts: loop === 2 && second > 400 ? 1 : 0,
  };
}

function reasonsOf(closed: number, second: number): Record<string, number> {
  return {
    'peer-closed': Math.floor(closed * 0.8),
    'idle-timeout': Math.floor(closed * 0.14),
    'peer-reset': Math.floor(closed * 0.05),
    'handler-error': Math.floor(second / 60),
    'io-error': 0,
  };
}

function shareUnder(bound: number, wave: number): number {
  return 1 - Math.exp(-((bound / (1.2e-5 * (0.5 + wave))) ** 0.7));
}
