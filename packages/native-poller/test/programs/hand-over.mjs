// The main thread accepts and hands connections to three workers, which post letters to each other;
// then others are terminated while connections and letters are on their way to them.
import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { EventKind, handleOf } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, countDescriptors, makePoller, until } from './flavour.mjs';

const PROGRAM = new URL('./worker-member.mjs', import.meta.url);
const LETTERS = 2000;
const CLIENTS = 150;

async function member(name) {
  const worker = new Worker(PROGRAM, { workerData: { name, letters: LETTERS } });
  // From the start: the last message and the exit may come in one turn.
  const exit = once(worker, 'exit');
  const [{ mailbox }] = await once(worker, 'message');
  return { worker, mailbox, exit };
}

/** Resolves with the first message of a worker that has `key`. */
function answer({ worker }, key) {
  return new Promise((resolve) => {
    const look = (message) => {
      if (!(key in message)) return;
      worker.off('message', look);
      resolve(message[key]);
    };
    worker.on('message', look);
  });
}

/** Hands every accepted connection to the next mailbox that takes it; false: nobody did. */
function handOverAll(poller, sink, mailboxes) {
  let turn = 0;
  sink.onRow = ({ kind, slot, generation }) => {
    if (kind !== EventKind.accepted) return;
    const handle = handleOf(slot, generation);
    mailboxes.some(() => {
      const mailbox = mailboxes[turn++ % mailboxes.length];
      return poller.handOver(handle, mailbox, turn) === 'taken';
    });
  };
}

/** Resolves when the reply came, or the connection ended without. */
function exchange(port) {
  const socket = connect(port, '127.0.0.1', () => socket.write('ping'));
  return new Promise((resolve) => {
    socket.on('data', (bytes) => {
      resolve(bytes.toString());
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve('closed'));
  });
}

const exchanges = (port) => Promise.all(Array.from({ length: CLIENTS }, () => exchange(port)));

const poller = makePoller({ maxHandles: 4096 });
const sink = new EchoSink(poller);
poller.start(sink);
const { address } = await poller.listen(anyPort);

const members = await Promise.all([0, 1, 2].map(member));
const mailboxes = members.map(({ mailbox }) => mailbox);
handOverAll(poller, sink, mailboxes);
for (const { worker } of members) worker.postMessage({ mailboxes });
const replies = await exchanges(address.port);
console.log('replies', replies.filter((reply) => reply === 'ping').length);

// The others outlive these, and post to each while it is terminated.
const before = countDescriptors();
for (let round = 0; round < 5; round += 1) {
  const { worker, mailbox } = await member(round);
  handOverAll(poller, sink, [mailbox]);
  const begun = Promise.all(members.map((survivor) => answer(survivor, 'begun')));
  const gone = Promise.all(members.map((survivor) => answer(survivor, 'gone')));
  for (const survivor of members) survivor.worker.postMessage({ postUntilGone: mailbox });
  await begun;
  const ended = exchanges(address.port);
  await worker.terminate();
  await gone;
  // Those that found nobody live on here and are echoed.
  await ended;
}
await until(() => countDescriptors() <= before);

let taken = 0;
for (const { worker, exit } of members) {
  worker.postMessage({ stop: true });
  const [{ received, adopted }] = await once(worker, 'message');
  taken += adopted;
  console.log('letters', received);
  await exit;
}
console.log('taken', taken);
poller.stop();
console.log('done');
