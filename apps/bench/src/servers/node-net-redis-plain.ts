// The example `redis` on node:net, as one writes it first: a write for each reply, corked.
import { writeReply } from '@gev/examples/redis';
import { RingBuffer } from '@gev/ringbuffer';
import { serveRedisOnNodeNet } from '../redis/serve-on-node-net.js';

const encoded = new RingBuffer();
let wantsMore = true;

serveRedisOnNodeNet({
  begin(socket) {
    wantsMore = true;
    socket.cork();
  },
  write(socket, reply, session) {
    encoded.clear();
    writeReply(reply, encoded, session.version);
    wantsMore = socket.write(encoded.bytes());
  },
  end(socket) {
    socket.uncork();
    return wantsMore;
  },
});
