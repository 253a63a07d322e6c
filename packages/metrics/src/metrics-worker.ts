/* The program of the endpoint's thread; started by MetricsServer. */
import type { Server } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { type Address, GevError } from '@gev/core';
import { Assets } from './assets.js';
import { createEndpoint } from './endpoint.js';
import { Exposition } from './exposition.js';
import { LoopReader } from './loop-reader.js';
import { SampleFeed } from './sample-feed.js';
import type { Order, Word, WorkerSetup } from './worker-messages.js';

/** Milliseconds that answers under way get when the server closes. */
const LAST_ANSWERS = 500;

const port = parentPort;
if (port === null) {
  throw new GevError(
    'ERR_GEV_UNSUPPORTED',
    'this file is run by metricsServer(), as a worker thread: call that',
  );
}

const setup = workerData as WorkerSetup;
const post = (word: Word): void => port.postMessage(word);
const readers = setup.loops.map((loop) => new LoopReader(loop));
const feed = new SampleFeed(readers);
const endpoint = createEndpoint({
  path: setup.path,
  feed,
  assets: new Assets(new URL('./page/', import.meta.url)),
  exposition: new Exposition(readers, post),
});

endpoint.on('error', (error: NodeJS.ErrnoException) => {
  post({ kind: 'failed', errno: error.code ?? error.message, syscall: error.syscall ?? 'listen' });
});
listen(endpoint, setup.address);
port.once('message', (_order: Order) => {
  feed.close();
  endpoint.close();
  setTimeout(() => endpoint.closeAllConnections(), LAST_ANSWERS).unref();
  port.close();
});

function listen(server: Server, at: Address): void {
  const told = () => {
    const real = server.address();
    post({ kind: 'listening', port: typeof real === 'object' ? (real?.port ?? 0) : 0 });
  };
  if (at.transport === 'unix') server.listen(at.path, told);
  else server.listen(at.port, at.host, told);
}
