// One of several workers: echoes the connections that it is handed, and posts letters to the others.
import { parentPort, workerData } from 'node:worker_threads';
import { EventKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { makePoller } from './flavour.mjs';

const { name, letters } = workerData;
const poller = makePoller({ maxHandles: 4096, batch: 32 });
const sink = new EchoSink(poller);
const last = {};
let received = 0;

function readMail() {
  for (const letter of poller.receive()) {
    const [from, number] = new TextDecoder().decode(letter).split(' ').map(Number);
    if (number !== (last[from] ?? -1) + 1) throw new Error(`letter ${number} of ${from} is astray`);
    last[from] = number;
    received += 1;
  }
}

/** Posts to a worker that is about to die, until its mailbox has gone with it. */
function postUntilGone(mailbox) {
  let number = 0;
  const postSome = () => {
    for (let count = 0; count < 100; count += 1, number += 1) {
      if (poller.post(mailbox, new TextEncoder().encode(`${name} ${number}`))) continue;
      parentPort.postMessage({ gone: number });
      return;
    }
    if (number === 100) parentPort.postMessage({ begun: number });
    setImmediate(postSome);
  };
  postSome();
}

sink.onRow = ({ kind }) => {
  if (kind === EventKind.mail) readMail();
};
poller.start(sink);
// Keeps the thread while it has no connection.
const alive = setInterval(() => {}, 60_000);
parentPort.postMessage({ mailbox: poller.mailbox });
parentPort.on('message', ({ mailboxes, stop, postUntilGone: dying }) => {
  if (dying !== undefined) return postUntilGone(dying);
  if (stop) {
    poller.stop();
    clearInterval(alive);
    parentPort.postMessage({ received, adopted: sink.counts[EventKind.adopted] ?? 0 });
    parentPort.close();
    return;
  }
  const others = mailboxes.filter((mailbox) => mailbox !== poller.mailbox);
  for (let number = 0; number < letters; number += 1) {
    for (const mailbox of others) {
      poller.post(mailbox, new TextEncoder().encode(`${name} ${number}`));
    }
  }
});
