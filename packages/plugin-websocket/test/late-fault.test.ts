import { type Diagnostics, type GevError, onDiagnostic, stderrLogger } from '@gev/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, type WebSocketOptions, webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { upgradeRequest } from './wire.js';

const boom = new Error('boom');

afterEach(() => void vi.restoreAllMocks());

/** What the log is told. */
function logged() {
  const lines: { readonly err: GevError; readonly message: string }[] = [];
  vi.spyOn(stderrLogger, 'error').mockImplementation((fields, message) => {
    lines.push({ err: (fields as { err: GevError }).err, message });
  });
  return lines;
}

/** Sends on a WebSocket that is closing, with an `onFlushed` that throws. */
function dropOne(options: WebSocketOptions): void {
  let socket: WebSocket | undefined;
  const onOpen = (ws: WebSocket) => {
    socket = ws;
  };
  const peer = new BytePeer(webSocket({ ...options, onOpen }));
  peer.receive(upgradeRequest());
  socket?.close();
  const onFlushed = () => {
    throw boom;
  };
  expect(socket?.send('late', { onFlushed })).toBe(false);
}

/** Ends a connection whose hook then fails. */
function failLate(options: WebSocketOptions): void {
  let fail = (_error: Error): void => {};
  const upgrade = () => {
    return new Promise<undefined>((_resolve, reject) => {
      fail = reject;
    });
  };
  const peer = new BytePeer(webSocket({ ...options, upgrade }));
  peer.receive(upgradeRequest());
  peer.end();
  fail(boom);
}

describe.each([
  ['an onFlushed of a dropped message', dropOne],
  ['a hook whose connection has ended', failLate],
])('%s that fails', (_name, act) => {
  it('reaches onError', async () => {
    const errors: GevError[] = [];
    act({ onError: (_ws, error) => void errors.push(error) });
    await expect.poll(() => errors).toMatchObject([{ code: 'ERR_GEV_HANDLER', cause: boom }]);
  });

  it('is logged without onError', async () => {
    const lines = logged();
    act({});
    await expect.poll(() => lines).toMatchObject([{ err: { cause: boom } }]);
    expect(lines[0]?.message).toContain('no onError');
  });

  it('is logged when onError throws, too', async () => {
    const lines = logged();
    const worse = new Error('worse');
    act({
      onError: () => {
        throw worse;
      },
    });
    await expect
      .poll(() => lines)
      .toMatchObject([{ err: { code: 'ERR_GEV_HANDLER', cause: worse } }]);
  });

  it('is published on gev:error, and so is what onError throws', async () => {
    logged();
    const told: Diagnostics['gev:error'][] = [];
    const stop = onDiagnostic('gev:error', (message) => told.push(message));
    act({
      onError: () => {
        throw boom;
      },
    });
    await expect.poll(() => told.length).toBe(2);
    stop();
    expect(told).toMatchObject(
      new Array(2).fill({ error: { code: 'ERR_GEV_HANDLER', cause: boom } }),
    );
    expect(told[0]?.connection).toBeDefined();
    expect(told[1]?.connection).toBe(told[0]?.connection);
  });
});
