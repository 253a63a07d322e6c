import { once } from 'node:events';
import { closeSync, copyFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BatchMemory, Column, EventKind, handleOf, type Poller } from '@gev/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createNativePoller } from '../src/index.js';
import type { NativeBinding } from '../src/native-binding.js';
import { flavours } from './flavours.js';
import { anyPort, Loop, until } from './loop.js';

/** Bytes that wait in a mailbox at most. */
const MOST = 64 * 1024 * 1024;
const LETTER = new Uint8Array(1024 * 1024);
/** Letters that are taken: the struct of each counts too. */
const FITTING = 63;

const pollers: Poller[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const poller of pollers.splice(0)) poller.stop();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Posts to itself until there is no more room; gives the number of letters. */
function fill(poller: Poller, letter: Uint8Array): number {
  let count = 0;
  while (poller.post(poller.mailbox, letter)) count += 1;
  return count;
}

describe.each(flavours)('a mailbox: $title', ({ options }) => {
  const make = (): Poller => {
    const poller = createNativePoller(options);
    pollers.push(poller);
    return poller;
  };
  const open = (): Loop => {
    const loop = new Loop(options);
    pollers.push(loop.poller);
    return loop;
  };

  it('takes no more than 64 MiB, the letters themselves counted', () => {
    const poller = make();
    expect(poller.post(poller.mailbox, new Uint8Array(MOST))).toBe(false);
    expect(fill(poller, LETTER)).toBe(FITTING);
    expect(poller.receive()).toHaveLength(FITTING);
    expect(fill(poller, LETTER)).toBe(FITTING);
    poller.receive();
    const empty = fill(poller, new Uint8Array(0));
    expect(empty).toBeGreaterThan(MOST / 256);
    expect(empty).toBeLessThan(MOST / 32);
  });

  it('counts letters until they are received, not until they are told of', async () => {
    const loop = open();
    const { poller } = loop;
    expect(fill(poller, LETTER)).toBe(FITTING);
    await loop.handleOf(EventKind.mail);
    expect(poller.post(poller.mailbox, LETTER)).toBe(false);
    expect(poller.receive()).toHaveLength(FITTING);
    expect(poller.post(poller.mailbox, LETTER)).toBe(true);
  });

  it('keeps every letter when not all can be given, and tells of them again', async () => {
    const loop = open();
    const { poller } = loop;
    for (const number of [1, 2, 3]) poller.post(poller.mailbox, Uint8Array.of(number));
    await loop.handleOf(EventKind.mail);
    // The second place of any list can now not be filled.
    const set = () => {
      throw new Error('no room');
    };
    Object.defineProperty(Array.prototype, '1', { configurable: true, set });
    let failure: unknown;
    try {
      poller.receive();
    } catch (error) {
      failure = error;
    } finally {
      Reflect.deleteProperty(Array.prototype, '1');
    }
    expect(failure).toMatchObject({ message: 'no room' });
    await loop.handleOf(EventKind.mail, 1);
    expect(poller.receive().map(([number]) => number)).toEqual([1, 2, 3]);
  });

  it('tells nothing of letters that were received before it could', async () => {
    const loop = open();
    const { poller } = loop;
    poller.post(poller.mailbox, LETTER);
    expect(poller.receive()).toHaveLength(1);
    for (let count = 0; count < 20; count += 1) await turn();
    expect(loop.rows).toEqual([]);
  });

  it('tells the peer of what could not be taken in', async () => {
    const from = open();
    const socket = connect(await from.listen());
    sockets.push(socket);
    await once(socket, 'connect');
    const peer = { ...anyPort, port: socket.localPort };
    const to = make();
    const handle = await from.handleOf(EventKind.accepted);
    // So that its number is known, and it can be closed behind everybody's back.
    const descriptor = from.poller.release(handle);
    expect(from.poller.handOver(from.poller.adopt(descriptor), to.mailbox, 11)).toBe('taken');
    closeSync(descriptor);
    const rows: unknown[] = [];
    const { events } = to.memory;
    const handleOfRow = () => handleOf(events[Column.slot]!, events[Column.generation]!);
    to.start({
      onBatch() {
        const [kind, , , tag, , errno] = events;
        rows.push({ kind, tag, errno, peer: to.remoteAddress(handleOfRow()) });
      },
    });
    await until(() => rows.length > 0);
    const { EBADF } = constants.errno;
    expect(rows).toEqual([{ kind: EventKind.adoptFailed, tag: 11, errno: EBADF, peer }]);
    expect(to.remoteAddress(handleOfRow())).toBe(undefined);
  });
});

describe('two copies of the addon in one process', () => {
  const require = createRequire(import.meta.url);
  const file = fileURLToPath(new URL('../build/Release/gev_poller.node', import.meta.url));
  const copy = join(tmpdir(), `gev-copy-${process.pid}.node`);

  const pollerOf = (binary: string) => {
    const options = { maxRounds: 1, thread: true };
    return (require(binary) as NativeBinding).create(new BatchMemory({ maxHandles: 16 }), options);
  };

  it('do not give the same numbers to mailboxes', () => {
    copyFileSync(file, copy);
    const [one, other] = [pollerOf(file), pollerOf(copy)];
    rmSync(copy);
    expect(Math.abs(one.mailbox - other.mailbox)).toBeGreaterThan(2 ** 20);
    for (const { mailbox } of [one, other]) {
      expect(Number.isSafeInteger(mailbox) && mailbox > 0).toBe(true);
    }
    expect(one.post(other.mailbox, LETTER)).toBe(false);
    expect(one.post(one.mailbox, LETTER)).toBe(true);
    one.stop();
    other.stop();
  });
});
