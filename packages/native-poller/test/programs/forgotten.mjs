// Pollers that nobody stops: not started ones go with the garbage, started ones with the process.
import { setImmediate as turn } from 'node:timers/promises';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, countDescriptors, makePoller } from './flavour.mjs';

async function leave() {
  await makePoller({ maxHandles: 16 }).listen(anyPort);
}

await leave();
globalThis.gc();
await turn();
const before = countDescriptors();
const bytes = process.memoryUsage().arrayBuffers;
for (let count = 0; count < 50; count += 1) await leave();
while (countDescriptors() > before || process.memoryUsage().arrayBuffers > 2 * bytes) {
  globalThis.gc();
  await turn();
}
console.log('collected');
const started = makePoller();
started.start(new EchoSink(started));
