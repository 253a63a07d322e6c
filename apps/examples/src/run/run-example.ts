import { isGevError, type Server } from 'gev';

/** What the examples need of a server, whatever its messages are. */
type AnyServer = Pick<Server, 'listen' | 'close' | 'address' | 'poller'>;

/**
 * Milliseconds in which a signal counts once: of one Ctrl-C a program under npm hears twice, from the
 * terminal and from npm, which forwards it.
 */
const ONE_SIGNAL = 500;

/** Milliseconds that connections get to finish after a signal. */
const DRAIN = 5_000;

/**
 * Runs a server as a program: tells where it listens (one line on stdout, for programs) and how
 * to try it (on stderr, for people); on SIGINT or SIGTERM it drains and exits with 0, on a second
 * signal it exits at once.
 */
export async function runExample(
  make: () => AnyServer,
  howToTry: (at: URL) => string,
): Promise<void> {
  const server = await listen(make);
  stopOnSignals(server);
  console.error(`poller: ${server.poller.name} (${server.poller.reason})`);
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

function stopOnSignals(server: AnyServer): void {
  let stoppingSince = 0;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince > 0) {
      if (performance.now() - stoppingSince > ONE_SIGNAL) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    console.error(`${signal}: draining, once more ends at once`);
    server.close({ timeout: DRAIN }).then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
