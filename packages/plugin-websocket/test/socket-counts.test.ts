import { once } from 'node:events';
import { connect } from 'node:net';
import { Counter, type LoopCounters, type LoopMetrics, MetricReader } from '@gev/core';
import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import Ws from 'ws';
import { publish, type WebSocket, webSocket } from '../src/index.js';
import { serve } from './serve.js';

/** What a server counts of its WebSockets: opened, and closed by code; and of its messages. */
class Collected {
  #loops: readonly LoopCounters[] = [];

  async start(loops: readonly LoopCounters[]): Promise<void> {
    this.#loops = loops;
  }

  async close(): Promise<void> {}

  get messages(): { received: number; sent: number } {
    const sum = (slot: number) =>
      this.#loops.reduce((total, { counters }) => total + counters[slot]!, 0);
    return { received: sum(Counter.messagesReceived), sent: sum(Counter.messagesSent) };
  }

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

  it('take messages for messages, and not handshakes, pings, pongs and closes', async () => {
    const metrics = new Collected();
    const onMessage = (_ws: unknown, data: string | Uint8Array) => data;
    await using server = await serve({ onMessage, onOpen: (ws) => ws.ping('1') }, { metrics });
    const sockets = await Promise.all(Array.from({ length: 3 }, () => open(server.url)));
    for (const ws of sockets) {
      ws.ping();
      await once(ws, 'pong');
      for (let i = 0; i < 20; i += 1) {
        ws.send('x', { fin: false });
        ws.send('y');
        await once(ws, 'message');
      }
    }
    expect((await fetch(server.url.replace('ws:', 'http:'))).status).toBe(426);
    await expect.poll(() => metrics.messages).toEqual({ received: 60, sent: 60 });
    for (const ws of sockets) ws.close(1000);
    await expect.poll(() => metrics.counts).toEqual({ opened: 3, 1000: 3 });
    expect(metrics.messages).toEqual({ received: 60, sent: 60 });
  });

  it('leave out a broadcast to who is not open', async () => {
    const metrics = new Collected();
    const told: boolean[] = [];
    const onMessage = (ws: WebSocket) => {
      told.push(ws.connection.loop.broadcast('news'));
    };
    await using server = await serve({ onMessage }, { metrics });
    const ws = await open(server.url);
    const silent = connect(Number(new URL(server.url).port), '127.0.0.1');
    await expect.poll(() => server.connections).toBe(2);
    ws.send('tell');
    await once(ws, 'message');
    expect(told).toEqual([true]);
    await expect.poll(() => metrics.messages).toEqual({ received: 1, sent: 1 });
    silent.destroy();
    ws.terminate();
  });

  it('leave out what was no WebSocket', async () => {
    const metrics = new Collected();
    await using server = await serve({ onMessage: (_ws, data) => data }, { metrics });
    expect((await fetch(server.url.replace('ws:', 'http:'))).status).toBe(426);
    expect(metrics.counts).toEqual({});
  });

  it('take a message in parts for one, and what waits behind it too', async () => {
    const metrics = new Collected();
    const onOpen = (ws: WebSocket) => {
      ws.subscribe('news');
      const message = ws.beginMessage('text');
      for (let part = 0; part < 10; part += 1) message.write('part');
      publish(ws.connection.loop, 'news', 'news');
      ws.send('text');
      ws.connection.send('text');
      message.end();
    };
    await using server = await serve({ onOpen }, { metrics });
    const ws = await open(server.url);
    await expect.poll(() => metrics.messages.sent).toBe(4);
    ws.terminate();
  });
});
