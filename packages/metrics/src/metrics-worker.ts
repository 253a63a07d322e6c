/* The program of the endpoint's thread; started by MetricsServer. */
import type { Server } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { type Address, GevError } from '@gev/core';
import { Assets } from './assets.js';
import { createEndpoint } from './endpoint.js';
import { SampleFeed } from './sample-feed.js';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.js';

const port = parentPort;
if (port === null) {
  throw new GevError(
    'ERR_GEV_UNSUPPORTED',
    'this file is run by metricsServer(), as a worker thread: call that',
  );
}

const { loops, address, path } = workerData as WorkerSetup;
const post = (message: FromWorker): void => port.postMessage(message);
const feed = new SampleFeed(loops);
const endpoint = createEndpoint({
  path,
  feed,
  assets: new Assets(new URL('./page/', import.meta.url)),
  expose: async () => '',
  contentType: 'text/plain; charset=utf-8',
});

endpoint.on('error', (error: NodeJS.ErrnoException) => {
  post({ kind: 'failed', errno: error.code ?? error.message, syscall: error.syscall ?? 'listen' });
});
listen(endpoint, address);
port.once('message', (_close: ToWorker) => {
  feed.close();
  endpoint.close();
  endpoint.closeAllConnections();
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
