// Protobuf messages in gev's frames: decoded, and encoded again. GEV_POLLER says on which poller.
import { createRegistry, protobufFrames } from '@gev/plugin-protobuf';
import { createServer } from 'gev';
import { noteRoot } from '../framing/note.js';
import { BACKLOG, serve } from '../serve.js';

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  protocol: protobufFrames(createRegistry({ root: noteRoot })),
  handler: { onMessage: (_connection, received) => received },
});

await server.listen();
serve(Number(new URL(server.address).port));
