// An echo server with few descriptors. Lines of input: 'resume' orders the listener to go on,
// 'cpu' asks for the idle CPU use, 'end' stops it.
import { createInterface } from 'node:readline';
import { EventKind, generationOf, OrderKind, slotOf } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, idleCpu, makePoller } from './flavour.mjs';

const poller = makePoller({ maxHandles: Number(process.env.GEV_HANDLES ?? 1024) });
const sink = new EchoSink(poller);
sink.onRow = ({ kind, detail }) => {
  if (kind === EventKind.acceptFailed)
    console.log('failed', detail, sink.counts[EventKind.accepted]);
};
poller.start(sink);
const { handle, address } = await poller.listen(anyPort);
console.log('port', address.port);

createInterface(process.stdin).on('line', async (line) => {
  if (line === 'cpu') console.log('cpu', await idleCpu());
  if (line === 'end') process.exit(0);
  if (line !== 'resume') return;
  sink.order(OrderKind.resume, slotOf(handle), generationOf(handle));
  sink.flush();
});
