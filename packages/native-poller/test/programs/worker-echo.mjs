// A worker with a poller: tells its port, then echoes. What else it does stands in workerData.
import { parentPort, workerData } from 'node:worker_threads';
import { EventKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, makePoller } from './flavour.mjs';

const poller = makePoller({ maxHandles: 1024 });
const sink = new EchoSink(poller);
let data = 0;
sink.onRow = ({ kind }) => {
  if (kind !== EventKind.data || ++data < 20) return;
  if (workerData === 'exit') process.exit(9);
  if (workerData === 'throw') throw new Error('thrown in the batch');
  if (workerData === 'stop') poller.stop();
};
if (workerData === 'stop') {
  sink.flush = function flush() {
    if (data < 20) EchoSink.prototype.flush.call(this);
  };
}
poller.start(sink);
const { address } = await poller.listen(anyPort);
parentPort.postMessage(address.port);
