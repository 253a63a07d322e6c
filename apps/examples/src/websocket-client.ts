// Sends each line of stdin as a text message and prints what comes; ends after the answers to the last one.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { connectWebSocket, ReadyState, type WebSocket } from '@gev/plugin-websocket';
import { connect, isGevError } from 'gev';
import { readClientArguments, tcpAddress } from './run/arguments.js';

const { host, port, path, timeout } = readClientArguments(1840, { path: '/', timeout: 2_000 });

/** Comes back behind the answers to all that was sent before it: a pong keeps its place. */
const LAST_PING = 'no more lines';

async function main(): Promise<void> {
  const ended = new AbortController();
  let wakeSender = (): void => {};
  const server = tcpAddress(host, port).replace('tcp:', 'ws:');
  const ws = await connectWebSocket(new URL(path, server), {
    connect,
    transport: { timeout },
    deflate: true,
    onMessage(_ws, data, isBinary) {
      console.log(isBinary ? `(${data.length} bytes)` : data);
    },
    onDrain: () => wakeSender(),
    onPong(open, data) {
      if (Buffer.from(data).toString() === LAST_PING) open.close(1000);
    },
    onClose(_ws, code, reason, wasClean) {
      if (code !== 1000 || !wasClean) {
        console.error(`closed: ${code} ${reason}`);
        process.exitCode = 1;
      }
      ended.abort();
      wakeSender();
    },
  });
  await sendLines(ws, ended.signal, () => {
    return new Promise((resolve) => {
      wakeSender = resolve;
    });
  });
  if (ws.readyState === ReadyState.open) ws.ping(LAST_PING);
  if (!ended.signal.aborted) await once(ended.signal, 'abort');
}

/** Sends line by line, no faster than the server takes them, until stdin or the connection ends. */
async function sendLines(
  ws: WebSocket,
  ended: AbortSignal,
  drained: () => Promise<void>,
): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  ended.addEventListener('abort', () => {
    lines.close();
    // An open stdin would keep the process alive.
    process.stdin.destroy();
  });
  for await (const line of lines) {
    if (ws.readyState !== ReadyState.open) return;
    if (!ws.send(line)) await drained();
  }
}

main().catch((error: unknown) => {
  console.error(isGevError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
