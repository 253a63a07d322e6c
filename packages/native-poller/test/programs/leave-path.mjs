// Listens on the path in GEV_PATH and leaves without closing.
import { EchoSink } from './echo-sink.mjs';
import { makePoller } from './flavour.mjs';

const poller = makePoller();
poller.start(new EchoSink(poller));
await poller.listen({ transport: 'unix', path: process.env.GEV_PATH });
process.exit(0);
