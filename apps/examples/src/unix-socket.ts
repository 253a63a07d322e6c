// Echo on a unix socket: for neighbours on the same machine.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'gev';
import { readUnixArguments } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { path, loops, metrics } = readUnixArguments(join(tmpdir(), 'gev-echo.sock'));

const makeServer = () =>
  createServer({
    address: `unix://${path}`,
    loops,
    metrics,
    handler: new URL('./handlers/echo.js', import.meta.url),
  });

await runExample(makeServer, (at) => `nc -U ${at.pathname}`, metrics);
