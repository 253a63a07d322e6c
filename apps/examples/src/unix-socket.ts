// Echo on a unix socket: for neighbours on the same machine.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'gev';
import { runExample } from './run/run-example.js';

const { values } = parseArgs({
  options: {
    path: { type: 'string', default: join(tmpdir(), 'gev-echo.sock') },
    loops: { type: 'string', default: '1' },
  },
});

const makeServer = () =>
  createServer({
    address: `unix://${values.path}`,
    loops: Number(values.loops),
    handler: new URL('./handlers/echo.js', import.meta.url),
  });

await runExample(makeServer, (at) => `nc -U ${at.pathname}`);
