import { defineHandler } from 'gev';
import { failure, type Reply } from '../protocols/resp/reply.js';
import type { Request } from '../protocols/resp/request.js';
import { resp } from '../protocols/resp/resp.js';
import { Redis } from '../redis/redis.js';
import { Session } from '../redis/session.js';

export default defineHandler<Request, Reply, Session>((loop) => {
  const redis = new Redis({
    now: Date.now,
    runAfter: (delay, task) => void loop.runAfter(delay, task),
  });
  return {
    protocol: resp(),
    context: () => new Session(),
    handler: {
      onConnect(connection) {
        connection.context.id = connection.id;
        redis.clients += 1;
      },
      onMessage(connection, request) {
        // An empty line, or an array of nothing.
        if (request.count === 0) return undefined;
        const reply = redis.execute(request, connection.context);
        if (!connection.context.isLeaving) return reply;
        connection.send(reply);
        connection.close();
        return undefined;
      },
      // Told before the connection closes for it.
      onError(connection, { code, message }) {
        if (code === 'ERR_GEV_PROTOCOL') connection.send(failure(`ERR ${message}`));
        else console.error(`connection ${connection.id}: ${code}: ${message}`);
      },
      onClose() {
        redis.clients -= 1;
      },
    },
  };
});
