// Sends what stands on stdin to a server and prints what comes back; waits for a server to be there.
import { connect, isGevError } from 'gev';
import { readClientArguments, tcpAddress } from './run/arguments.js';

const { host, port, timeout, retries } = readClientArguments(1833, { timeout: 2_000, retries: 20 });

async function main(): Promise<void> {
  const connection = await connect(tcpAddress(host, port), {
    timeout,
    retry: { retries, minDelay: 50, maxDelay: 1_000 },
    // After our end the server still has something to say.
    allowHalfOpen: true,
    handler: {
      onMessage(_connection, data) {
        // A copy: stdout takes it when it has time, the view is valid only here.
        process.stdout.write(data.slice());
      },
      onEnd: (ended) => ended.close(),
      onClose(_connection, reason) {
        if (reason !== 'local-closed' && reason !== 'peer-closed') console.error(`lost: ${reason}`);
      },
    },
  });
  for await (const chunk of process.stdin) connection.send(chunk as Uint8Array);
  connection.shutdownWrite();
}

main().catch((error: unknown) => {
  console.error(isGevError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
