// Framed echo on gev, with a protocol as a user writes it; GEV_POLLER says on which poller.
import { createServer, defineProtocol } from 'gev';
import { BACKLOG, serve } from '../serve.js';

const HEADER = 4;

const frames = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined || buffer.length < HEADER + size) return undefined;
    buffer.retrieve(HEADER);
    return buffer.take(size);
  },
  pack(body, out) {
    out.writeUint32(body.length);
    out.write(body);
  },
});

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  protocol: frames,
  handler: { onMessage: (_connection, body) => body },
});

await server.listen();
serve(Number(new URL(server.address).port));
