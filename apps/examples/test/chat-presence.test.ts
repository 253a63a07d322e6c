import { createServer, handlerModule, type Server } from 'gev';
import { afterEach, describe, expect, it } from 'vitest';
import { keepPresence } from '../src/chat/presence.js';
import { until } from './example.js';
import { Flag, fill } from './fixtures/chat.handler.mjs';
import { Visitor } from './visitor.js';

const url = new URL('./fixtures/chat.handler.mjs', import.meta.url);
const handler = handlerModule<typeof import('./fixtures/chat.handler.mjs')>(url);

let server: Pick<Server, 'address' | 'loops' | 'close'>;
let flags: Int32Array;

afterEach(() => server.close({ timeout: 500 }));

/** Ann and Cid on loop 0, Bob and Dan on loop 1, all in one room. */
async function start() {
  flags = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const made = createServer({ address: 'tcp://127.0.0.1:0', loops: 2, data: flags, handler });
  server = made;
  keepPresence(made);
  await made.listen();
  const [ann, bob, cid, dan] = [
    await enter('ann'),
    await enter('bob'),
    await enter('cid'),
    await enter('dan'),
  ];
  for (const visitor of [ann, bob, cid, dan]) await visitor.sees('ann bob cid dan');
  expect([ann, bob, cid, dan].map(({ you }) => you!.id % 2)).toEqual([0, 1, 0, 1]);
  return { ann, bob, cid, dan };
}

const enter = (name: string) => Visitor.enter(Number(new URL(server.address).port), 'tea', name);

describe('who is in a room', () => {
  it('is true again after the thread of a loop died', async () => {
    const { ann, bob, cid, dan } = await start();
    server.loops[1]!.post('die');
    for (const visitor of [ann, cid]) await visitor.sees('ann cid');
    await until(() => [bob, dan].every(({ ws }) => ws.readyState === ws.CLOSED));
    const back = [await enter('bob'), await enter('dan')];
    for (const visitor of [ann, cid, ...back]) await visitor.sees('ann bob cid dan');
    back[0]!.tell({ type: 'say', text: 'here again' });
    for (const visitor of [ann, cid, ...back]) await until(() => visitor.said.length === 1);
  });

  it('reaches a loop in the end whose mailbox was full', async () => {
    const { ann, bob, cid, dan } = await start();
    server.loops[1]!.post('sleep');
    await until(() => Atomics.load(flags, Flag.asleep) === 1);
    fill((piece) => server.loops[1]!.post(piece));
    cid.ws.close();
    ann.tell({ type: 'rename', name: 'anna' });
    await ann.sees('anna bob dan');
    ann.tell({ type: 'say', text: 'hello?' });
    await until(() => ann.refused.length === 1);
    expect(ann.refused).toEqual(['Not everybody could be told.']);
    expect([bob.names, dan.names]).toEqual(['ann bob cid dan', 'ann bob cid dan']);
    Atomics.store(flags, Flag.awake, 1);
    Atomics.notify(flags, Flag.awake);
    for (const visitor of [ann, bob, dan]) await visitor.sees('anna bob dan');
  });

  it('comes to be known in the end when the mailbox of the server was full', async () => {
    const { ann, bob, cid, dan } = await start();
    server.loops[0]!.post('fill');
    // Nothing is received on this thread while it waits.
    expect(Atomics.wait(flags, Flag.filled, 0, 10_000)).not.toBe('timed-out');
    ann.tell({ type: 'rename', name: 'anna' });
    cid.ws.terminate();
    expect(Atomics.wait(flags, Flag.refused, 0, 10_000)).not.toBe('timed-out');
    for (const visitor of [ann, bob, dan]) await visitor.sees('anna bob dan');
  });
});
