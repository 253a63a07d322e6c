// Two loops that tell what each has done, and how long the way of a connection to its loop took.
import { createServer, type LoadBalancer, leastConnections, roundRobin } from 'gev';
import type { Arrival, LoopReport } from '../handlers/echo.handler.js';
import { BACKLOG, serve } from '../serve.js';

/** What is printed, as one JSON line in brackets, on SIGHUP; everything since the last time. */
export interface LoopsReport {
  readonly loops: readonly LoopReport[];
  /** Microseconds from the choice of a loop to `onConnect` in it, of connections one at a time. */
  readonly waits: readonly number[];
}

const inner = process.env['BALANCER'] === 'least-connections' ? leastConnections() : roundRobin();
let acceptedAt = 0n;
let waits: number[] = [];
let reports: LoopReport[] = [];

/** Notes when a connection was accepted: the first thing that is done with it is to choose. */
const balancer: LoadBalancer = {
  name: `timed ${inner.name}`,
  pick(loops, peer) {
    acceptedAt = process.hrtime.bigint();
    return inner.pick(loops, peer);
  },
};

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  loops: 2,
  balancer,
  handler: new URL('../handlers/echo.handler.js', import.meta.url),
});

server.on('post', (value) => {
  const told = value as Arrival | LoopReport;
  if ('connectedAt' in told) waits.push(Number(told.connectedAt - acceptedAt) / 1_000);
  else if (reports.push(told) === server.loops.length) report();
});

process.on('SIGHUP', () => {
  for (const loop of server.loops) loop.post('report');
});

function report(): void {
  const all: LoopsReport = { loops: reports, waits };
  console.log(JSON.stringify([all]));
  waits = [];
  reports = [];
}

await server.listen();
serve(Number(new URL(server.address).port));
