// Sockets in states that stay "ready" for ever must not keep the poller busy. Prints for each
// state the CPU use in per cent.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { EventKind, generationOf, handleOf, OrderKind, slotOf } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, idleCpu, makePoller, until } from './flavour.mjs';

const poller = makePoller();
const sink = new EchoSink(poller);
const accepted = [];
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
};

for (const [name, reach] of Object.entries(states)) {
  await reach();
  console.log(`${await idleCpu()} ${name}`);
}
process.exit(0);
