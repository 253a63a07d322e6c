import { createRequire } from 'node:module';
import { BatchMemory, isGevError, type ListenOptions } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { createNativePoller, nativeAvailability } from '../src/index.js';
import type { NativeBinding } from '../src/native-binding.js';
import { flavours } from './flavours.js';
import { anyPort, Loop } from './loop.js';

const load = createRequire(import.meta.url)('node-gyp-build') as (folder: string) => NativeBinding;
const addon = load(new URL('..', import.meta.url).pathname);
const settings = { maxRounds: 1, thread: false };
const make = (memory: unknown, options: unknown = settings) =>
  addon.create(memory as BatchMemory, options as typeof settings);

const INVALID = expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' });

describe('the addon refuses', () => {
  const memory = new BatchMemory({ maxHandles: 16 });
  const shape = { ...memory };

  it.each([undefined, null, 1, 'memory', {}, [], () => {}])('%s for memory', (value) => {
    expect(() => make(value)).toThrow(INVALID);
  });

  it.each<object>([
    { arena: memory.arena.subarray(1, 10) },
    { arena: new Int32Array(memory.arena.buffer) },
    { events: memory.events.subarray(6) },
    { orders: memory.orders.subarray(6) },
    { results: memory.results.subarray(6) },
    { queued: memory.queued.subarray(1) },
    { queued: new Int32Array(16) },
    { queued: new ArrayBuffer(64) },
    { inputSize: memory.arena.length + 1 },
    { inputSize: 0 },
    { readSize: memory.inputSize + 1 },
    { maxEvents: memory.maxEvents + 1 },
    { maxEvents: 2 ** 40 },
    { maxHandles: 17 },
    { maxHandles: Number.NaN },
    { maxOrders: -1 },
    { lowWatermark: 1.5 },
    { lowWatermark: '1' },
  ])('memory with wrong values, %#', (wrong) => {
    expect(() => make({ ...shape, ...wrong })).toThrow(INVALID);
  });

  it.each([null, {}, { maxRounds: 0, thread: false }, { maxRounds: 1, thread: 1 }])(
    '%o for options',
    (options) => {
      expect(() => make(shape, options)).toThrow(INVALID);
    },
  );

  it('wrong arguments of every function', () => {
    const native = make(shape);
    const wrong = [undefined, null, 1, 'x', {}, [], Symbol('x'), () => {}, 2 ** 60, Number.NaN];
    for (const name of ['start', 'listen', 'connect', 'adopt', 'release'] as const) {
      const call = native[name] as (...values: unknown[]) => unknown;
      expect(() => call(), name).toThrow();
      for (const value of wrong) {
        if (name === 'start' && typeof value === 'function') continue;
        // Descriptor 1 may well be a socket.
        if (name === 'adopt' && value === 1) continue;
        expect(() => call(value, value), name).toThrow();
      }
    }
    for (const name of ['localAddress', 'remoteAddress'] as const) {
      const call = native[name] as (...values: unknown[]) => unknown;
      for (const value of wrong) expect(call(value), name).toBe(undefined);
    }
    const capacity = native.queueCapacity as (...values: unknown[]) => unknown;
    for (const value of wrong) expect(capacity(value)).toBe(0);
    const flush = native.flush as (...values: unknown[]) => number;
    for (const value of [undefined, null, 'x', {}, -1, 2 ** 31, memory.maxOrders + 1]) {
      expect(flush(value)).toBe(-2);
    }
    native.stop();
    expect(flush(0)).toBe(-1);
    native.stop();
  });

  it('addresses with a zero byte, or too long', () => {
    const native = make(shape);
    const options = { ...{ noDelay: true, keepAlive: 0, sendBufferSize: 0, receiveBufferSize: 0 } };
    for (const path of ['/tmp/a\0b', `/${'x'.repeat(300)}`]) {
      expect(() => native.connect({ path, host: '', port: 0 }, options)).toThrow(INVALID);
    }
    const path = `/${'x'.repeat(120)}`;
    expect(() => native.connect({ path, host: '', port: 0 }, options)).toThrow(
      expect.objectContaining({ syscall: 'bind' }),
    );
    native.stop();
  });
});

describe('createNativePoller', () => {
  it.each([
    { backend: 'select' },
    { watch: 'busy' },
    { maxRounds: 0 },
    { maxRounds: 1.5 },
    { batch: 0 },
    { maxHandles: 2 ** 30 },
  ])('refuses %o', (options) => {
    expect(() => createNativePoller(options as object)).toThrow(INVALID);
  });

  it('says why libkqueue cannot be watched by libuv', () => {
    const answer = nativeAvailability('kqueue');
    if (!answer.available || answer.watchable) return;
    const create = () => createNativePoller({ backend: 'kqueue', watch: 'uv_poll' });
    expect(create).toThrow(expect.objectContaining({ code: 'ERR_GEV_UNSUPPORTED' }));
  });
});

describe.each(flavours)('calls that cannot be: $title', ({ options }) => {
  it.each([
    { noDelay: 1 },
    { keepAlive: -1 },
    { keepAlive: 0.5 },
    { sendBufferSize: 2 ** 31 },
    { receiveBufferSize: '1' },
    { backlog: 0 },
    { reusePort: 'yes' },
    { ipv6Only: null },
  ])('listen with %o', async (wrong) => {
    const { poller } = new Loop(options);
    await expect(poller.listen(anyPort, wrong as ListenOptions)).rejects.toThrow(INVALID);
    poller.stop();
  });

  it('ports and hosts that are none', async () => {
    const { poller } = new Loop(options);
    for (const port of [-1, 65_536, 1.5, Number.NaN]) {
      expect(() => poller.connect({ ...anyPort, port })).toThrow(INVALID);
    }
    const named = { ...anyPort, host: 'localhost' };
    const unsupported = expect.objectContaining({ code: 'ERR_GEV_UNSUPPORTED' });
    expect(() => poller.connect(named)).toThrow(unsupported);
    await expect(poller.listen(named)).rejects.toThrow(unsupported);
    poller.stop();
  });

  it('adopting what is no socket', () => {
    const { poller } = new Loop(options);
    for (const descriptor of [2 ** 30, 999_999]) {
      expect(() => poller.adopt(descriptor)).toThrow(
        expect.objectContaining({ code: 'ERR_GEV_IO' }),
      );
    }
    poller.stop();
  });

  it('an arena sent to another thread', () => {
    const { poller } = new Loop(options);
    const { buffer } = poller.memory.arena;
    try {
      structuredClone(buffer, { transfer: [buffer] });
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect(poller.memory.arena.length).toBeGreaterThan(0);
    poller.stop();
  });

  it('all after stop()', async () => {
    const { poller } = new Loop(options);
    poller.stop();
    const calls = [
      () => poller.start({ onBatch() {} }),
      () => poller.connect(anyPort),
      () => poller.flush(0),
      () => poller.release(1),
      () => poller.adopt(0),
    ];
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_GEV_POLLER_STATE' }));
    }
    const error = await poller.listen(anyPort).catch((reason) => reason);
    expect(isGevError(error) && error.code).toBe('ERR_GEV_POLLER_STATE');
  });
});
