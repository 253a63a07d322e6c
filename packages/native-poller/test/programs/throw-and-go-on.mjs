// An exception inside the batch that 'uncaughtException' handles: the poller goes on.
import { connect } from 'node:net';
import { EventKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, makePoller } from './flavour.mjs';

const poller = makePoller();
const sink = new EchoSink(poller);
let thrown = 0;
process.on('uncaughtException', (error) => console.log('caught', error.message));
sink.onRow = ({ kind }) => {
  if (kind === EventKind.data && thrown++ === 0) throw new Error('once');
};
poller.start(sink);
const { address } = await poller.listen(anyPort);
const first = connect(address.port, address.host).on('error', () => {});
first.write('x');
process.once('uncaughtException', () => {
  const second = connect(address.port, address.host);
  second.write('y');
  second.on('data', (bytes) => {
    console.log('echo', String(bytes));
    first.destroy();
    second.destroy();
    poller.stop();
  });
});
