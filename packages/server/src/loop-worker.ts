/* The program of a loop's thread; started by LoopThread. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Address, GevError, type Poller } from '@gev/core';
import { LoopBoard } from '@gev/loop';
import { hostOf } from './address-cap.js';
import { Admission } from './admission.js';
import { assertProtocol } from './check-options.js';
import { loadHandlerModule } from './handler-module.js';
import { LeftHosts } from './loops/left-hosts.js';
import { toPlain } from './loops/plain-error.js';
import { ServerLoop } from './loops/server-loop.js';
import { threadLogger } from './loops/thread-logger.js';
import type { FromThread, ThreadSetup, ToThread } from './loops/thread-messages.js';
import type { PollerSource } from './server-options.js';

const port = parentPort;
if (port === null) {
  throw new GevError('ERR_GEV_SERVER_STATE', 'this file is run by a server, as a worker thread');
}

const post = (message: FromThread): void => port.postMessage(message);
const setup = workerData as ThreadSetup;
const { id, settings } = setup;
const logger = threadLogger(post);
const board = new LoopBoard(setup.loops, setup.board);
const admission = new Admission(board, settings);
const leftHosts = new LeftHosts((hosts) => post({ kind: 'left', hosts }));
let listensItself = false;

/** Connections that the server's thread let in are counted by address there. */
function leave(peer: Address): void {
  if (listensItself) {
    admission.leave(id, peer);
    return;
  }
  board.leave(id);
  const host = hostOf(peer);
  if (admission.capsAddresses && host !== undefined) leftHosts.add(host);
}

async function makePoller({ module, factory, options }: PollerSource): Promise<Poller> {
  const loaded = await import(module);
  const make = loaded[factory] ?? loaded.default[factory];
  return make({ ...options, ...settings.sizes });
}

async function start(): Promise<ServerLoop<unknown, unknown, unknown>> {
  const poller = await makePoller(setup.poller);
  const loop = new ServerLoop<unknown, unknown, unknown>(
    {
      id,
      poller,
      board,
      counters: setup.counters,
      logger,
      enter: (peer) => admission.enter(id, peer),
      leave,
    },
    settings,
  );
  const application = await loadHandlerModule<unknown, unknown, unknown>(
    new URL(setup.handler),
    loop.events,
    setup.data,
  );
  if (application.protocol !== undefined) assertProtocol(application.protocol);
  loop.use(application);
  post({ kind: 'ready', mailbox: poller.mailbox });
  return loop;
}

async function obey(loop: ServerLoop<unknown, unknown, unknown>, message: ToThread): Promise<void> {
  switch (message.kind) {
    case 'listen': {
      listensItself = true;
      const addresses: Address[] = [];
      for (const address of message.addresses) {
        addresses.push(
          await loop.listen(address, message.reusePort && address.transport === 'tcp'),
        );
      }
      return post({ kind: 'listening', addresses });
    }
    case 'serve':
      loop.setEntrances(message.entrances);
      loop.start();
      return post({ kind: 'serving' });
    case 'drain':
      await loop.drain(message.timeout);
      post({ kind: 'drained' });
      // Nothing of ours keeps the thread any more.
      return port?.close();
  }
}

const fail = (error: unknown): void => post({ kind: 'failed', error: toPlain(error) });
const starting = start();
port.on('message', (message: ToThread) => {
  starting.then((loop) => obey(loop, message)).catch(fail);
});
starting.catch(fail);
