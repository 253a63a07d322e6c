// process.exit in the batch callback, with connections open and bytes on their way.
import { connect } from 'node:net';
import { EventKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, makePoller } from './flavour.mjs';

const poller = makePoller();
const sink = new EchoSink(poller);
let data = 0;
sink.onRow = ({ kind }) => {
  if (kind === EventKind.data && ++data === 20) process.exit(7);
};
poller.start(sink);
const { address } = await poller.listen(anyPort);
for (let count = 0; count < 10; count += 1) {
  const socket = connect(address.port, address.host, () => socket.write('x'));
  socket.on('data', (bytes) => socket.write(bytes));
}
