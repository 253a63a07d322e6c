// Each client gets a connection of its own to the server behind, on the same loop.
import { connect, defineHandler } from '../../dist/index.js';

export default defineHandler((loop, { behind }) => ({
  onConnect(c) {
    const options = { loop, handler: { onMessage: (_up, data) => void c.send(data) } };
    connect(behind, options).then((up) => {
      c.set('up', up);
      loop.postToServer({ ids: [c.id, up.id] });
      // Never answered: it has to be told when the server stops.
      connect('tcp://127.0.0.1:1', {
        ...options,
        retry: { retries: 1000, minDelay: 60_000, maxDelay: 60_000 },
      }).catch(({ code }) => loop.postToServer({ code }));
    });
  },
  onMessage: (c, data) => void c.get('up').send(data),
  onClose: (c) => void loop.postToServer({ closed: c.id }),
}));
