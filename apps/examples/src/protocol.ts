// A protocol of one's own: frames of a u32 big-endian length and a body; each frame is echoed.
import { createServer, defineProtocol, protocolError } from 'gev';
import { readArguments } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const HEADER = 4;
const MAX_BODY = 1024 * 1024 - HEADER;

const frames = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined) return undefined;
    if (size > MAX_BODY)
      throw protocolError(`a frame of ${size} bytes; at most ${MAX_BODY} are taken`);
    if (buffer.length < HEADER + size) return undefined;
    buffer.retrieve(HEADER);
    return buffer.take(size);
  },
  pack(body, out) {
    out.writeUint32(body.length);
    out.write(body);
  },
});

const { host, port, loops } = readArguments(1834);

const makeServer = () =>
  createServer({
    address: `tcp://${host}:${port}`,
    loops: loops as 1,
    protocol: frames,
    handler: { onMessage: (_connection, body) => body },
  });

await runExample(
  makeServer,
  (at) => `printf '\\0\\0\\0\\5hello' | nc -q 1 ${at.hostname} ${at.port} | xxd`,
);
