// Echo on gev, with metrics: what gev-echo costs more when somebody watches.
import { metricsServer } from '@gev/metrics';
import { createServer } from 'gev';
import { BACKLOG, serve } from '../serve.js';

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  handler: { onMessage: (_connection, data) => data },
  metrics: metricsServer({ address: ':0' }),
});

await server.listen();
serve(Number(new URL(server.address).port));
