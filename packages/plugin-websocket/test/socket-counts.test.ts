import { once } from 'node:events';
import { type LoopCounters, type LoopMetrics, MetricReader } from '@gev/core';
import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import Ws from 'ws';
import { webSocket } from '../src/index.js';
import { serve } from './serve.js';

/** What a server counts of its WebSockets: opened, and closed by code. */
class Collected {
  #loops: readonly LoopCounters[] = [];

  async start(loops: readonly LoopCounters[]): Promise<void> {
    this.#loops = loops;
  }

  async close(): Promise<void> {}

  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { counters } of this.#loops) {
      const reader = new MetricReader(counters);
      for (const series of reader.definitions()) {
        if (!series.name.startsWith('gev_websocket_')) continue;
        const what = series.labels['code'] ?? 'opened';
        counts[what] = (counts[what] ?? 0) + reader.value(series);
      }
    }
    return counts;
  }
}

async function open(url: string): Promise<Ws> {
  const ws = new Ws(url);
  ws.on('error', () => {});
  await once(ws, 'open');
  return ws;
}

/** Takes every slot that is left. */
function fillUp(metrics: LoopMetrics): void {
  expect(() => {
    for (let number = 0; ; number += 1) {
      metrics.counter({ name: 'x_total', help: 'x', labels: { number: String(number) } });
    }
  }).toThrow(expect.objectContaining({ code: 'ERR_GEV_METRICS_FULL' }));
}

describe('the counts of WebSockets', () => {
  it('tell how many opened, and how they closed', async () => {
    const metrics = new Collected();
    await using server = await serve({ onMessage: (_ws, data) => data }, { metrics });
    const sockets = await Promise.all(Array.from({ length: 8 }, () => open(server.url)));
    await expect.poll(() => metrics.counts).toEqual({ opened: 8 });
    for (const ws of sockets.slice(0, 3)) ws.close(1000);
    sockets[3]!.close();
    for (const [index, ws] of sockets.slice(4, 6).entries()) ws.close(4_100 + index);
    sockets[6]!.close(3_000);
    sockets[7]!.terminate();
    await expect
      .poll(() => metrics.counts)
      .toEqual({ opened: 8, 1000: 3, 1005: 1, 1006: 1, '3xxx': 1, '4xxx': 2 });
  });

  it('keep nothing from happening where the loop has no room for them', async () => {
    const ends: number[] = [];
    const { protocol, handler } = webSocket({ onClose: (_ws, code) => void ends.push(code) });
    await using server = createServer({
      address: 'tcp://127.0.0.1:0',
      protocol,
      handler: { ...handler, onConnect: ({ loop }) => fillUp(loop.metrics) },
    });
    await server.listen();
    const ws = await open(server.address.replace('tcp://', 'ws://'));
    ws.close(1000);
    await expect.poll(() => ends).toEqual([1000]);
  });

  it('leave out what was no WebSocket', async () => {
    const metrics = new Collected();
    await using server = await serve({ onMessage: (_ws, data) => data }, { metrics });
    expect((await fetch(server.url.replace('ws:', 'http:'))).status).toBe(426);
    expect(metrics.counts).toEqual({});
  });
});
