import type { MetricsServer } from '@gev/metrics';
import { isGevError, type Server, stopOnSignals } from 'gev';

/** What the examples need of a server, whatever its messages are. */
type AnyServer = Pick<Server, 'listen' | 'close' | 'address' | 'poller'>;

/** Milliseconds that connections get to finish after a signal. */
const DRAIN = 5_000;

/**
 * Runs a server as a program: tells where it listens (one line on stdout, for programs) and how
 * to try it (on stderr, for people), and where its metrics are; on SIGINT or SIGTERM it drains and exits with 0, on a second
 * signal it exits at once.
 */
export async function runExample(
  make: () => AnyServer,
  howToTry: (at: URL) => string,
  metrics: MetricsServer | undefined,
): Promise<void> {
  const server = await listen(make);
  stopOnSignals(server, { timeout: DRAIN });
  console.error(`poller: ${server.poller.name} (${server.poller.reason})`);
  if (metrics) console.error(`metrics: ${metrics.address.replace('tcp:', 'http:')}/`);
  console.error(`try it: ${howToTry(new URL(server.address))}`);
  console.log(`listening ${server.address}`);
}

async function listen(make: () => AnyServer): Promise<AnyServer> {
  try {
    const server = make();
    await server.listen();
    return server;
  } catch (error) {
    if (!isGevError(error)) throw error;
    console.error(`${error.code}: ${error.message}`);
    process.exit(1);
  }
}
