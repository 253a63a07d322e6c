// A started poller keeps the process alive while it has a handle, and only then.
import { generationOf, OrderKind, slotOf } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, makePoller } from './flavour.mjs';

const idle = makePoller();
idle.start(new EchoSink(idle));
const poller = makePoller();
const sink = new EchoSink(poller);
poller.start(sink);
const { handle } = await poller.listen(anyPort);
setTimeout(() => {
  console.log('alive');
  sink.order(OrderKind.close, slotOf(handle), generationOf(handle));
  sink.flush();
}, 50).unref();
process.on('exit', () => console.log('left'));
