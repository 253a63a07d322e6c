// Sockets in states that stay "ready" for ever must not keep the poller busy. Prints for each
// state the CPU use in per cent.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { EventKind, generationOf, handleOf, OrderKind, slotOf } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, idleCpu, makePoller, until } from './flavour.mjs';

const poller = makePoller();
const sink = new EchoSink(poller);
const accepted = [];
const children = [];
const seen = new Set();
sink.onRow = ({ kind, slot, generation }) => {
  const handle = handleOf(slot, generation);
  if (kind === EventKind.accepted) accepted.push(handle);
  seen.add(`${kind} ${handle}`);
};
// Answers nothing by itself: the states below are reached by hand.
const carryOut = sink.order.bind(sink);
sink.order = () => {};
const order = (kind, handle) => {
  carryOut(kind, slotOf(handle), generationOf(handle));
  sink.flush();
};
poller.start(sink);
const { address } = await poller.listen(anyPort);

async function pair() {
  const count = accepted.length;
  const socket = connect({ ...address, allowHalfOpen: true });
  socket.on('error', () => {});
  await until(() => accepted.length > count);
  return { socket, handle: accepted.at(-1) };
}

/** Hands a connection over to this poller itself; gives its new handle. */
async function handOverToItself(handle) {
  let adopted;
  const before = sink.onRow;
  sink.onRow = (row) => {
    before(row);
    if (row.kind === EventKind.adopted) adopted = handleOf(row.slot, row.generation);
  };
  poller.handOver(handle, poller.mailbox, 0);
  await until(() => adopted !== undefined);
  sink.onRow = before;
  return adopted;
}

const states = {
  async idle() {
    await pair();
  },
  async 'paused with bytes waiting'() {
    const { socket, handle } = await pair();
    order(OrderKind.pause, handle);
    socket.write(Buffer.alloc(100_000));
  },
  async 'paused and reset'() {
    const { socket, handle } = await pair();
    order(OrderKind.pause, handle);
    socket.resetAndDestroy();
  },
  async 'paused, both sides shut'() {
    const { socket, handle } = await pair();
    order(OrderKind.pause, handle);
    order(OrderKind.shutdown, handle);
    socket.end();
    socket.resume();
    await once(socket, 'close');
  },
  async ended() {
    const { socket, handle } = await pair();
    socket.end();
    await until(() => seen.has(`${EventKind.ended} ${handle}`));
  },
  async 'ended, then shut'() {
    const { socket, handle } = await pair();
    socket.end();
    socket.resume();
    await until(() => seen.has(`${EventKind.ended} ${handle}`));
    order(OrderKind.shutdown, handle);
    await once(socket, 'close');
  },
  async 'listener paused with clients waiting'() {
    const other = await poller.listen(anyPort);
    order(OrderKind.pause, other.handle);
    connect(other.address).on('error', () => {});
  },
  async 'connected to a listener that does not accept'() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const handle = poller.connect({ ...anyPort, port: server.address().port });
    await until(() => seen.has(`${EventKind.connected} ${handle}`));
  },
  async 'adopted, handed over and closed, while another process holds the socket'() {
    const { socket, handle } = await pair();
    const descriptor = poller.release(handle);
    const stdio = ['ignore', 'ignore', 'ignore', descriptor];
    children.push(spawn('sleep', ['60'], { stdio }));
    order(OrderKind.abort, await handOverToItself(poller.adopt(descriptor)));
    socket.write('read by nobody');
  },
  async 'handed over to a poller without a free handle'() {
    const full = makePoller({ maxHandles: 1 });
    const kinds = [];
    full.start({ onBatch: () => kinds.push(full.memory.events[0]) });
    for (const { handle } of [await pair(), await pair()]) poller.handOver(handle, full.mailbox, 0);
    await until(() => kinds.includes(EventKind.adopted));
  },
};

for (const [name, reach] of Object.entries(states)) {
  await reach();
  console.log(`${await idleCpu()} ${name}`);
}
for (const child of children) child.kill();
process.exit(0);
