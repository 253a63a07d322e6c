import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Server, type ServerOptions } from '../src/index.js';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { Ends, serve } from './serve.js';

const echo = { onMessage: (_c: unknown, data: Uint8Array) => data };
const address = 'tcp://127.0.0.1:0';
const poller = pollers[0]!;

describe('options', () => {
  const make = (options: object) => () =>
    new Server(options as ServerOptions<Uint8Array, Uint8Array, unknown>, poller);

  it.each([
    [{ address, handler: echo, adress: 1 }, 'ERR_GEV_INVALID_OPTION', /'adress'.*'address'/],
    [{ address, handler: echo, zzz: 1 }, 'ERR_GEV_INVALID_OPTION', /no option 'zzz'/],
    [{ address, handler: {} }, 'ERR_GEV_INVALID_OPTION', /onMessage/],
    [{ address, handler: undefined }, 'ERR_GEV_INVALID_OPTION', /onMessage/],
    [{ handler: echo }, 'ERR_GEV_INVALID_OPTION', /address is missing/],
    [{ address: [], handler: echo }, 'ERR_GEV_INVALID_OPTION', /address is missing/],
    [{ address: 'localhost:80', handler: echo }, 'ERR_GEV_INVALID_ADDRESS', /localhost:80/],
    [{ address: 'tcp://x:99999', handler: echo }, 'ERR_GEV_INVALID_ADDRESS', /65535/],
    [{ address: 'unix://relative', handler: echo }, 'ERR_GEV_INVALID_ADDRESS', /absolute/],
    [{ address, handler: echo, protocol: {} }, 'ERR_GEV_INVALID_OPTION', /unpack/],
    [{ address, handler: echo, loops: 2 }, 'ERR_GEV_INVALID_OPTION', /loops is 2/],
    [{ address, handler: echo, backlog: -1 }, 'ERR_GEV_INVALID_OPTION', /backlog is -1/],
    [{ address, handler: echo, noDelay: 'yes' }, 'ERR_GEV_INVALID_OPTION', /noDelay is 'yes'/],
    [{ address, handler: echo, maxInputBuffer: 1.5 }, 'ERR_GEV_INVALID_OPTION', /1\.5/],
    [{ address, handler: echo, highWatermark: 2 ** 30 }, 'ERR_GEV_INVALID_OPTION', /order/],
    [{ address, handler: echo, context: {} }, 'ERR_GEV_INVALID_OPTION', /context/],
    [{ address, handler: echo, batch: 0 }, 'ERR_GEV_INVALID_OPTION', /batch is 0/],
    [{ address, handler: echo, readSize: 2 ** 20 }, 'ERR_GEV_INVALID_OPTION', /readSize/],
    [{ address, handler: echo, backlog: 0 }, 'ERR_GEV_INVALID_OPTION', /backlog is 0/],
    [{ address, handler: echo, protocol: null }, 'ERR_GEV_INVALID_OPTION', /protocol/],
    [{ address, handler: echo, logger: {} }, 'ERR_GEV_INVALID_OPTION', /logger.*debug/],
    [{ address, handler: { ...echo, onClose: 5 } }, 'ERR_GEV_INVALID_OPTION', /onClose/],
  ])('%o is refused at the call', (options, code, message) => {
    expect(make(options)).toThrow(expect.objectContaining({ code }));
    expect(make(options)).toThrow(message);
  });

  const oddOnes = [Object.create(null), { toString: JSON.parse }, Symbol('odd'), 5n];
  it.each([
    'address',
    'balancer',
    'batch',
    'context',
    'handler',
    'keepAlive',
    'logger',
    'loops',
    'maxConnections',
    'maxInputBuffer',
    'metrics',
    'noDelay',
    'protocol',
    'timerTick',
  ])('%s is refused with a code where it cannot be turned into text', (name) => {
    for (const odd of oddOnes) {
      const code = 'ERR_GEV_INVALID_OPTION';
      expect(make({ address, handler: echo, [name]: odd })).toThrow(
        expect.objectContaining({ code }),
      );
    }
  });

  it.each([
    [5, /resourceLimits is 5/],
    [{ maxOldGenerationSize: 64 }, /resourceLimits.maxOldGenerationSize is 64/],
    [{ stackSizeMb: '4' }, /resourceLimits.stackSizeMb is '4'/],
    [{ stackSizeMb: 0 }, /MiB, more than 0/],
  ])('resourceLimits: %o is refused', (resourceLimits, message) => {
    expect(make({ address, handler: echo, resourceLimits })).toThrow(message);
  });

  it('refuses an address of a list that cannot be turned into text', () => {
    const odd = make({ address: [Object.create(null)], handler: echo });
    expect(odd).toThrow(expect.objectContaining({ code: 'ERR_GEV_INVALID_ADDRESS' }));
  });
});

describe.each(pollers)('a server on $name', (choice) => {
  it('says which port is taken and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const taken = `tcp://127.0.0.1:${port}`;
    const server = new Server({ address: [address, taken], handler: echo }, choice);
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_GEV_ADDRESS_IN_USE',
      message: expect.stringContaining(taken),
      cause: { errno: 'EADDRINUSE' },
    });
    expect(server.addresses).toEqual([]);
    other.close();
  });

  it('says when an address is not of this machine, and when a host has none', async () => {
    const foreign = new Server({ address: 'tcp://192.0.2.1:0', handler: echo }, choice);
    await expect(foreign.listen()).rejects.toMatchObject({ code: 'ERR_GEV_ADDRESS_NOT_AVAILABLE' });
    const nobody = new Server({ address: 'tcp://nobody.invalid:0', handler: echo }, choice);
    await expect(nobody.listen()).rejects.toMatchObject({ code: 'ERR_GEV_HOST_NOT_FOUND' });
  });

  it('connects nobody, and keeps no timer, when one of its addresses fails', async () => {
    const told: string[] = [];
    const free = await serve(choice, echo);
    const good = free.address;
    await free.close();
    const handler = { ...echo, onConnect: () => void told.push('connect') };
    const server = new Server({ address: [good, 'tcp://nobody.invalid:1'], handler }, choice);
    server.runEvery(1, () => told.push('tick'));
    const client = Client.connect(good).catch(() => undefined);
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_GEV_HOST_NOT_FOUND' });
    (await client)?.socket.destroy();
    const ticks = told.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toHaveLength(ticks);
    expect(told).not.toContain('connect');
    await expect(server.listen()).rejects.toThrow(/closed/);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 31])(
    'refuses %d as a time',
    async (time) => {
      await using server = await serve(choice, echo);
      const invalid = expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' });
      await expect(server.close({ timeout: time })).rejects.toEqual(invalid);
      expect(() => server.runAfter(time, () => {})).toThrow(invalid);
      expect(() => server.runEvery(time, () => {})).toThrow(invalid);
    },
  );

  it('warns of options that its poller cannot set', async () => {
    const warned: object[] = [];
    const logger = {
      debug() {},
      info() {},
      warn: (fields: object) => warned.push(fields),
      error() {},
    };
    await using server = await serve(choice, echo, { logger, sendBufferSize: 65_536 });
    expect(server.address).not.toBe('');
    const expected = choice.name === 'node' ? [{ option: 'sendBufferSize', poller: 'node' }] : [];
    expect(warned).toEqual(expected);
  });

  it('listens once, closes as often as one likes, and frees the port', async () => {
    const server = await serve(choice, echo);
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_GEV_SERVER_STATE' });
    const at = server.address;
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_GEV_SERVER_STATE' });
    await expect(Client.connect(at)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const again = await serve(choice, echo, { address: at });
    expect(again.address).toBe(at);
    await again.close();
  });

  it('closes before, and while, it begins to listen', async () => {
    const never = new Server({ address, handler: echo }, choice);
    await never.close();
    const server = new Server({ address, handler: echo }, choice);
    const listening = server.listen();
    await server.close();
    await listening.catch(() => {});
    expect(server.connections).toBe(0);
  });

  it('close() flushes, tells server-closing, and ends at the deadline', async () => {
    const ends = new Ends();
    const server = await serve(choice, { onMessage: () => Buffer.alloc(200_000), ...ends.handler });
    const [polite, stubborn] = [
      await Client.connect(server.address),
      await Client.connect(server.address),
    ];
    polite.socket.write('x');
    await polite.receive(1);
    await until(() => server.connections === 2);
    polite.socket.on('end', () => polite.socket.end());
    const start = performance.now();
    await server.close({ timeout: 100 });
    expect(performance.now() - start).toBeGreaterThan(90);
    expect(ends.reasons).toEqual(['server-closing', 'server-closing']);
    expect(polite.size).toBe(200_000);
    expect(polite.failed).toBeUndefined();
    stubborn.socket.destroy();
  });

  it('runs tasks later and again, and none after close', async () => {
    const server = await serve(choice, echo);
    const ran: string[] = [];
    server.runAfter(5, () => ran.push('after'));
    server.runAfter(5, () => ran.push('never')).cancel();
    server.runAfter(60_000, () => ran.push('much later'));
    const every = server.runEvery(4, () => ran.push('every'));
    await until(() => ran.filter((name) => name === 'every').length >= 3);
    every.cancel();
    await until(() => ran.includes('after'));
    expect(ran).not.toContain('never');
    await server.close();
    const before = ran.length;
    server.runEvery(1, () => ran.push('after the end'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(ran).toHaveLength(before);
  });

  it('gives the handler module its loop, and takes { protocol, handler } from it', async () => {
    await using server = await serve(choice, fixture('shout.mjs'));
    const client = await Client.connect(server.address);
    client.socket.write('hey');
    expect((await client.receive(5)).toString()).toBe('HEY!0');
    client.socket.destroy();
  });

  it.each([
    ['missing.mjs', undefined, /missing\.mjs/],
    ['throws.mjs', "throw new Error('at load')", /at load/],
    ['none.mjs', 'export const x = 1', /default export/],
    ['factory.mjs', "export default () => { throw new Error('in factory') }", /in factory/],
    ['nothing.mjs', 'throw Object.create(null)', /null prototype/],
  ])('a handler module that fails (%s) rejects listen()', async (name, source, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'gev-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, name);
    if (source !== undefined) writeFileSync(file, source);
    const server = new Server({ address, handler: pathToFileURL(file) }, choice);
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_GEV_HANDLER_MODULE',
      message: expect.stringMatching(message),
    });
  });

  it('serves 2,000 connects at once and keeps none of them afterwards', async () => {
    await using server = await serve(choice, echo);
    const clients = await Promise.all(
      Array.from({ length: 2_000 }, () => Client.connect(server.address)),
    );
    for (const client of clients) client.socket.write('ok');
    await until(() => clients.every((client) => client.size === 2));
    expect(server.connections).toBe(2_000);
    for (const client of clients) client.socket.end();
    await until(() => server.connections === 0);
  });
});

function fixture(name: string): URL {
  return new URL(`./fixtures/${name}`, import.meta.url);
}
