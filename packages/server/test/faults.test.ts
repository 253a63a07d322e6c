import { type Connection, defineProtocol, type Logger, protocolError } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { Ends, serve } from './serve.js';

const MiB = 1024 * 1024;

describe.each(pollers)('faults on $name', (poller) => {
  it('a handler that throws closes its own connection alone, after what it sent', async () => {
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage(c, data) {
        if (data[0] !== 0x21) return data;
        c.send('last words');
        throw new Error('on purpose');
      },
      ...ends.handler,
    });
    const [bad, good] = [
      await Client.connect(server.address),
      await Client.connect(server.address),
    ];
    bad.socket.write('!');
    good.socket.write('fine');
    expect((await good.receive(4)).toString()).toBe('fine');
    await until(() => bad.ended);
    expect(bad.received.toString()).toBe('last words');
    bad.socket.end();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['handler-error']);
    expect(ends.codes).toEqual(['ERR_GEV_HANDLER']);
    good.socket.write('still');
    await good.receive(9);
    good.socket.destroy();
  });

  it.each([
    ['onConnect', { onConnect: () => boom(), onMessage: () => {} }],
    ['onMessage', { onMessage: () => boom() }],
    ['a reply that the protocol cannot pack', { onMessage: () => 42 as unknown as string }],
  ])('what %s does wrong reaches onError, and onClose comes once', async (_what, handler) => {
    const ends = new Ends();
    await using server = await serve(poller, { ...handler, ...ends.handler });
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => client.ended && ends.reasons.length > 0);
    expect(ends.codes).toEqual(['ERR_GEV_HANDLER']);
    expect(ends.reasons).toEqual(['handler-error']);
  });

  it('logs what a handler throws where there is no onError, and what onClose throws', async () => {
    const logged: string[] = [];
    const logger: Logger = {
      debug() {},
      info() {},
      warn() {},
      error: (fields, message) => {
        const { err } = fields as { err: Error };
        logged.push(`${message}: ${err.message}`);
      },
    };
    await using server = await serve(
      poller,
      { onMessage: () => boom(), onClose: () => boom() },
      { logger },
    );
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => logged.length === 2);
    expect(logged[0]).toMatch(/no onError.*on purpose/);
    expect(logged[1]).toMatch(/while its connection ended: a handler threw: on purpose/);
  });

  it('a protocol error closes with its reason, after the replies before it', async () => {
    const strict = defineProtocol<Uint8Array>({
      unpack(buffer) {
        if (buffer.peekUint8() === 0xff) throw protocolError('0xff is not allowed');
        return buffer.take(1);
      },
      pack: (message, out) => out.write(message),
    });
    const ends = new Ends();
    await using server = await serve<Uint8Array, Uint8Array>(
      poller,
      { onMessage: (_c, one) => one, ...ends.handler },
      { protocol: strict },
    );
    const client = await Client.connect(server.address);
    client.socket.write(Buffer.from([1, 2, 0xff, 3]));
    await until(() => client.ended);
    expect([...client.received]).toEqual([1, 2]);
    client.socket.end();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['protocol-error']);
    expect(ends.codes).toEqual(['ERR_GEV_PROTOCOL']);
  });

  it('a peer that sends forever without a whole frame meets the input cap', async () => {
    const never = defineProtocol<Uint8Array>({ unpack: () => undefined, pack: () => {} });
    const ends = new Ends();
    await using server = await serve<Uint8Array, Uint8Array>(
      poller,
      { onMessage: () => {}, ...ends.handler },
      { protocol: never, maxInputBuffer: 100_000, closeTimeout: 200 },
    );
    const client = await Client.connect(server.address);
    client.socket.write(Buffer.alloc(100_000));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(ends.codes).toEqual([]);
    client.socket.write(Buffer.alloc(1_000));
    await until(() => ends.reasons.length === 1);
    expect(ends.codes).toEqual(['ERR_GEV_INPUT_LIMIT']);
    expect(ends.reasons).toEqual(['input-limit']);
    client.socket.destroy();
  });

  it('a peer that never reads meets the output cap, and the others are unharmed', async () => {
    const ends = new Ends();
    const all: Connection[] = [];
    await using server = await serve(
      poller,
      { onConnect: (c) => void all.push(c), onMessage: (_c, data) => data, ...ends.handler },
      { maxOutputBuffer: 2 * MiB },
    );
    const [deaf, good] = [
      await Client.connect(server.address),
      await Client.connect(server.address),
    ];
    deaf.socket.pause();
    await until(() => all.length === 2);
    const victim = all.find(
      (c) => c.remoteAddress.transport === 'tcp' && c.remoteAddress.port === deaf.socket.localPort,
    );
    let heeded = true;
    for (let sent = 0; sent < 64 && !victim!.closed; sent++) {
      heeded = victim!.send(Buffer.alloc(MiB)) && heeded;
      expect(victim!.writeBufferLength).toBeLessThanOrEqual(2 * MiB);
    }
    expect(heeded).toBe(false);
    expect(victim!.closed).toBe(true);
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['output-limit']);
    expect(ends.codes).toEqual(['ERR_GEV_OUTPUT_LIMIT']);
    good.socket.write('fine');
    await good.receive(4);
    good.socket.destroy();
    deaf.socket.destroy();
  });

  it('a message that outgrows the output cap is given up before it is packed to its end', async () => {
    const ends = new Ends();
    let written = 0;
    const endless = defineProtocol<Uint8Array, string>({
      unpack: (buffer) => (buffer.length === 0 ? undefined : buffer.take(buffer.length)),
      pack(message, out) {
        if (message !== 'endless') out.writeString(message);
        else for (written = 0; written < 1000; written++) out.write(Buffer.alloc(MiB));
      },
    });
    await using server = await serve(
      poller,
      { onMessage: (_c, data) => Buffer.from(data).toString(), ...ends.handler },
      { protocol: endless, maxOutputBuffer: 2 * MiB },
    );
    const [deaf, good] = [
      await Client.connect(server.address),
      await Client.connect(server.address),
    ];
    deaf.socket.pause();
    deaf.socket.write('endless');
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['output-limit']);
    expect(ends.codes).toEqual(['ERR_GEV_OUTPUT_LIMIT']);
    // What the kernel took and what may wait.
    expect(written).toBeLessThan(100);
    good.socket.write('fine');
    expect((await good.receive(4)).toString()).toBe('fine');
    good.socket.destroy();
    deaf.socket.destroy();
  });

  it('a broadcast over the output cap ends its receivers, and the loop goes on', async () => {
    const ends = new Ends();
    await using server = await serve(
      poller,
      { onMessage: (_c, data) => data, ...ends.handler },
      { maxOutputBuffer: 2 * MiB },
    );
    const deaf = await Promise.all([
      Client.connect(server.address),
      Client.connect(server.address),
    ]);
    for (const { socket } of deaf) socket.pause();
    await until(() => server.connections === 2);
    server.broadcast(Buffer.alloc(64 * MiB));
    await until(() => ends.reasons.length === 2);
    expect(ends.reasons).toEqual(['output-limit', 'output-limit']);
    expect(ends.codes).toEqual(['ERR_GEV_OUTPUT_LIMIT', 'ERR_GEV_OUTPUT_LIMIT']);
    const good = await Client.connect(server.address);
    good.socket.write('fine');
    expect((await good.receive(4)).toString()).toBe('fine');
    for (const { socket } of [...deaf, good]) socket.destroy();
  });

  it('stops reading from a peer that does not read its replies, and goes on when it does', async () => {
    const drained: number[] = [];
    const ends = new Ends();
    let connection: Connection | undefined;
    await using server = await serve(poller, {
      onConnect: (c) => {
        connection = c;
      },
      onMessage: (_c, data) => data,
      onDrain: (c) => void drained.push(c.writeBufferLength),
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.pause();
    const total = 48 * MiB;
    client.socket.write(Buffer.alloc(total, 5));
    // The default cap is 16 MiB: without the pause the connection would be destroyed here.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect(connection!.paused).toBe(true);
    client.socket.resume();
    client.socket.end();
    await until(() => client.ended);
    expect(client.size).toBe(total);
    expect(drained.length).toBeGreaterThan(0);
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['peer-closed']);
  });

  it('a reset in the middle of a reply closes once, and waiters are told', async () => {
    const ends = new Ends();
    const waiters: (string | undefined)[] = [];
    await using server = await serve(poller, {
      onMessage(c) {
        c.send(Buffer.alloc(10 * MiB), { onFlushed: (error) => waiters.push(error?.code) });
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('go');
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.reset();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['peer-reset']);
    expect(waiters).toEqual(['ERR_GEV_CLOSED']);
    expect(server.connections).toBe(0);
  });

  it('gives up on a peer that never ends after closeTimeout', async () => {
    const ends = new Ends();
    await using server = await serve(
      poller,
      { onMessage: (c) => c.close(), ...ends.handler },
      { closeTimeout: 50 },
    );
    const client = await Client.connect(server.address);
    client.socket.write('x');
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['local-closed']);
    client.socket.destroy();
  });

  it('a firehose beside quiet connections does not starve them', async () => {
    let firehose = 0;
    await using server = await serve(poller, {
      onMessage(_c, data) {
        if (data.length <= 100) return data;
        firehose += data.length;
        return undefined;
      },
    });
    const loud = await Client.connect(server.address);
    const block = Buffer.alloc(MiB);
    const pump = () => {
      while (!loud.closed && loud.socket.write(block));
    };
    loud.socket.on('drain', pump);
    pump();
    const quiet = await Promise.all(
      Array.from({ length: 100 }, () => Client.connect(server.address)),
    );
    for (let round = 1; round <= 5; round++) {
      for (const client of quiet) client.socket.write('tick');
      await until(() => quiet.every((client) => client.size === 4 * round));
    }
    expect(firehose).toBeGreaterThan(0);
    for (const client of [loud, ...quiet]) client.socket.destroy();
  });

  it('a context() that throws aborts the socket, and the next one is served', async () => {
    let calls = 0;
    const logged: string[] = [];
    const logger: Logger = { ...silent, error: (_fields, message) => void logged.push(message) };
    await using server = await serve(
      poller,
      { onMessage: (_c, data) => data },
      { context: () => (calls++ === 0 ? boom() : 1), logger },
    );
    const first = await Client.connect(server.address);
    await until(() => first.closed || first.ended);
    first.socket.destroy();
    const second = await Client.connect(server.address);
    second.socket.write('fine');
    await second.receive(4);
    expect(logged).toEqual(['accepting threw']);
    second.socket.destroy();
  });

  it('survives what cannot be turned into a string', async () => {
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage() {
        throw Object.create(null);
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => ends.reasons.length === 1);
    expect(ends.codes).toEqual(['ERR_GEV_HANDLER']);
    expect(ends.reasons).toEqual(['handler-error']);
  });

  it('an async onMessage gets advice, and its rejection reaches onError', async () => {
    const messages: string[] = [];
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage: (async () => boom()) as unknown as () => string,
      onError: (_c, error) => void messages.push(error.message),
      onClose: ends.handler.onClose,
    });
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => ends.reasons.length === 1 && messages.length === 2);
    expect(messages.sort()).toEqual([
      'a handler threw: on purpose',
      'a promise cannot be sent: let onMessage return nothing and reply with connection.send()',
    ]);
    expect(ends.reasons).toEqual(['handler-error']);
  });

  it('refuses to send an array of anything but bytes', async () => {
    const ends = new Ends();
    const wide = new Uint16Array([0x4141, 0x4242]) as unknown as Uint8Array;
    await using server = await serve(poller, { onMessage: () => wide, ...ends.handler });
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => ends.reasons.length === 1);
    expect([client.size, ends.codes]).toEqual([0, ['ERR_GEV_HANDLER']]);
  });

  it('destroy() does what it says when an onFlushed throws', async () => {
    const ends = new Ends();
    const logger: Logger = { ...silent };
    await using server = await serve(
      poller,
      {
        onMessage(c) {
          c.send(Buffer.alloc(8 * MiB), { onFlushed: () => boom() });
          c.destroy();
          expect(c.closed).toBe(true);
        },
        ...ends.handler,
      },
      { logger },
    );
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('x');
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['local-destroyed']);
    client.socket.destroy();
  });

  it('a reset while close() has bytes to send is a reset', async () => {
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage(c) {
        c.send(Buffer.alloc(12 * MiB));
        c.close();
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('x');
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.reset();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['peer-reset']);
  });

  it('the unsent bytes are told truly when orders outgrow their table', async () => {
    const all: Connection[] = [];
    await using server = await serve(
      poller,
      { onConnect: (c) => void all.push(c), onMessage: () => {} },
      { batch: 1 },
    );
    const clients = await Promise.all(
      Array.from({ length: 100 }, () => Client.connect(server.address)),
    );
    await until(() => all.length === 100);
    // The table has 64 rows: the first ones are handed over on the way, and the kernel takes them.
    for (const c of all) c.send('0123456789');
    const lengths = all.map((c) => c.writeBufferLength);
    expect(lengths.at(-1)).toBe(10);
    const handedOver = lengths.lastIndexOf(0);
    expect(lengths.slice(handedOver + 1).every((length) => length === 10)).toBe(true);
    expect(lengths.slice(0, handedOver + 1).every((length) => length === 0)).toBe(true);
    await until(() => clients.every((client) => client.size === 10));
    for (const client of clients) client.socket.destroy();
  });

  it('keeps the reason that it closed for when the peer resets afterwards', async () => {
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage(c) {
        c.send(Buffer.alloc(12 * MiB));
        boom();
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('x');
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.reset();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['handler-error']);
  });

  it('sendAll() lets leave what was packed before its iterable threw', async () => {
    const all: Connection[] = [];
    await using server = await serve(poller, {
      onConnect: (c) => void all.push(c),
      onMessage: () => {},
    });
    const client = await Client.connect(server.address);
    await until(() => all.length === 1);
    function* messages() {
      yield 'one';
      boom();
    }
    expect(() => all[0]!.sendAll(messages())).toThrow('on purpose');
    expect((await client.receive(3)).toString()).toBe('one');
    client.socket.destroy();
  });

  it('calls nothing after onClose: a late rejection is logged', async () => {
    const told: string[] = [];
    const logger: Logger = { ...silent, error: (_fields, message) => void told.push(message) };
    const late = () => new Promise<string>((_resolve, reject) => setTimeout(reject, 60, 'late'));
    await using server = await serve(
      poller,
      {
        onMessage: late as unknown as () => string,
        onError: () => void told.push('onError'),
        onClose: () => void told.push('onClose'),
      },
      { logger },
    );
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => told.length === 3);
    expect(told).toEqual(['onError', 'onClose', 'a handler threw and there is no onError']);
  });
});

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function boom(): never {
  throw new Error('on purpose');
}
