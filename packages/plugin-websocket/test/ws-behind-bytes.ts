import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import Ws, { type WebSocket, WebSocketServer } from 'ws';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import { type ReadFrame, readFrames, upgradeRequest, upgradeResponse } from './wire.js';

/** Bytes on one side, a WebSocket of the package `ws` that echoes on the other: a table's own touchstone. */
export class WsBehindBytes {
  /** What it offered or answered in Sec-WebSocket-Extensions. */
  readonly extensions: string;
  readonly #socket: Socket;
  #received: Buffer;

  constructor(socket: Socket, head: string, rest: Buffer) {
    this.#socket = socket;
    this.extensions = /Sec-WebSocket-Extensions: (.*)\r/i.exec(head)?.[1] ?? '';
    this.#received = rest;
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
    });
    socket.on('error', () => {});
  }

  /** Sends, and gives the frames that come back: so many, or all up to the close frame. */
  async exchange(bytes: Uint8Array, count = Number.POSITIVE_INFINITY): Promise<ReadFrame[]> {
    this.#socket.write(bytes);
    for (;;) {
      const frames = wholeFrames(this.#received);
      if (frames.length >= count || frames.at(-1)?.opcode === 8) {
        this.#received = Buffer.alloc(0);
        return frames;
      }
      await once(this.#socket, 'data');
    }
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** The frames of a stream; none while half a frame is at its end. */
function wholeFrames(bytes: Buffer): ReadFrame[] {
  try {
    return readFrames(bytes);
  } catch {
    return [];
  }
}

/** What a handshake begins with, and what follows it. */
async function readHead(socket: Socket): Promise<readonly [head: string, rest: Buffer]> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end !== -1) return [bytes.toString('latin1', 0, end + 4), bytes.subarray(end + 4)];
    const [data] = await once(socket, 'data');
    bytes = Buffer.concat([bytes, data]);
  }
}

function echo(ws: WebSocket): void {
  ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
  ws.on('error', () => {});
}

// By default it takes fewer fragments than 9.3.1 has.
const OPTIONS = { maxFragments: 65_536, perMessageDeflate: { threshold: 0 } };

/** Runs `use` with what opens connections to a server of ws. */
export async function withWsServer(
  use: (open: (lines?: readonly string[]) => Promise<WsBehindBytes>) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ ...OPTIONS, port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', echo);
  const { port } = server.address() as AddressInfo;
  await use(async (lines = []) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(upgradeRequest(lines));
    return new WsBehindBytes(socket, ...(await readHead(socket)));
  });
  server.close();
}

/** The same with clients of ws; `lines` are more headers of the answer. */
export async function withWsClients(
  use: (open: (lines?: readonly string[]) => Promise<WsBehindBytes>) => Promise<void>,
): Promise<void> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await use(async (lines = []) => {
    echo(new Ws(`ws://127.0.0.1:${port}`, OPTIONS));
    const [socket] = (await once(server, 'connection')) as [Socket];
    const [head, rest] = await readHead(socket);
    const accept = acceptKeyOf(/Sec-WebSocket-Key: (\S+)/.exec(head)![1]!);
    socket.write(upgradeResponse(accept, lines));
    return new WsBehindBytes(socket, head, rest);
  });
  server.close();
}
