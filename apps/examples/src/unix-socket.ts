// Echo on a unix socket: for neighbours on the same machine.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'gev';
import { metricsAt } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { values } = parseArgs({
  options: {
    path: { type: 'string', default: join(tmpdir(), 'gev-echo.sock') },
    loops: { type: 'string', default: '1' },
    metrics: { type: 'string' },
  },
});

const metrics = metricsAt(values.metrics);

const makeServer = () =>
  createServer({
    address: `unix://${values.path}`,
    loops: Number(values.loops),
    metrics,
    handler: new URL('./handlers/echo.js', import.meta.url),
  });

await runExample(makeServer, (at) => `nc -U ${at.pathname}`, metrics);
