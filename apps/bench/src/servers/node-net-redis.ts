// The example `redis` on node:net: all replies to one read leave in one write. The faster of the two
// ways that were measured (see node-net-redis-plain.ts).
import { writeReply } from '@gev/examples/redis';
import { RingBuffer } from '@gev/ringbuffer';
import { serveRedisOnNodeNet } from '../redis/serve-on-node-net.js';

/** The replies to a read: one for all connections. */
const replies = new RingBuffer(64 * 1024);

serveRedisOnNodeNet({
  begin: () => replies.clear(),
  write: (_socket, reply, session) => writeReply(reply, replies, session.version),
  // A copy: node:net keeps it until the kernel has taken it.
  end: (socket) => replies.isEmpty || socket.write(replies.bytes()),
});
