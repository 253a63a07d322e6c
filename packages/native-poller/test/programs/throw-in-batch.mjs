// An exception inside the batch, unhandled.
import { connect } from 'node:net';
import { EventKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, makePoller } from './flavour.mjs';

const poller = makePoller();
const sink = new EchoSink(poller);
sink.onRow = ({ kind }) => {
  if (kind === EventKind.data) throw new Error('thrown in the batch');
};
poller.start(sink);
const { address } = await poller.listen(anyPort);
connect(address.port, address.host).write('x');
