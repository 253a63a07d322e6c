import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { constants } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { Child, type ChildOptions } from './child.js';
import { flavours } from './flavours.js';
import { until } from './loop.js';

const IDLE_PER_CENT = 15;
const sockets: Socket[] = [];
const children: Child[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill();
});

/** Clients of one server; each knows whether it was answered and whether it was turned away. */
class Client {
  readonly socket: Socket;
  answered = false;
  readonly closed: Promise<void>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1', () => this.socket.write('x'));
    sockets.push(this.socket);
    this.socket.on('error', () => {});
    this.socket.on('data', () => {
      this.answered = true;
    });
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  async answer(): Promise<void> {
    if (!this.answered) await once(this.socket, 'data');
  }
}

/** Until as many were answered as were accepted. */
async function answers(clients: readonly Client[], accepted: number): Promise<void> {
  await until(() => clients.filter((client) => client.answered).length === accepted);
}

async function start(flavour: (typeof flavours)[number], options: ChildOptions) {
  const child = new Child('starved-server', flavour, options);
  children.push(child);
  return { child, port: Number(await child.line('port')) };
}

const SHORTAGES = [
  { what: 'descriptors', errno: constants.errno.EMFILE, options: { maxDescriptors: 64 } },
  { what: 'handles', errno: constants.errno.ENOBUFS, options: { env: { GEV_HANDLES: '40' } } },
];

describe.each(flavours)('a listener out of something: $title', (flavour) => {
  it.each(SHORTAGES)('out of $what tells, sleeps, and recovers', async ({ errno, options }) => {
    const { child, port } = await start(flavour, options);
    const clients = Array.from({ length: 70 }, () => new Client(port));
    const [detail, accepted] = (await child.line('failed')).split(' ').map(Number);
    expect(detail).toBe(errno);
    expect(accepted).toBeLessThan(64);
    child.say('cpu');
    expect(Number(await child.line('cpu'))).toBeLessThan(IDLE_PER_CENT);

    // Room is made: those who waited in the backlog are served.
    await answers(clients, accepted!);
    const first = clients.filter((client) => client.answered);
    const waiting = clients.filter((client) => !client.answered);
    expect(waiting.length).toBeGreaterThan(0);
    for (const { socket } of first) socket.end();
    await Promise.all(first.map(({ closed }) => closed));
    child.say('resume');
    await waiting[0]!.answer();
  });

  it.each(SHORTAGES)(
    'out of $what turns waiting clients away the second time',
    async ({ options }) => {
      const { child, port } = await start(flavour, options);
      const clients = Array.from({ length: 70 }, () => new Client(port));
      const accepted = Number((await child.line('failed')).split(' ')[1]);
      await answers(clients, accepted);
      child.say('resume');
      await child.line('failed');
      const turnedAway = clients.filter((client) => !client.answered);
      expect(turnedAway.length).toBeGreaterThan(0);
      await Promise.all(turnedAway.map(({ closed }) => closed));
      child.say('cpu');
      expect(Number(await child.line('cpu'))).toBeLessThan(IDLE_PER_CENT);

      const served = clients.filter((client) => client.answered);
      for (const { socket } of served) socket.end();
      await Promise.all(served.map(({ closed }) => closed));
      child.say('resume');
      await new Client(port).answer();
    },
  );
});
