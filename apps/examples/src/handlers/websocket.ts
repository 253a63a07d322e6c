// A WebSocket is accepted on one path; what is no WebSocket gets a proper answer of HTTP.
import { accept, reject, webSocket } from '@gev/plugin-websocket';
import { defineHandler } from 'gev';

const NOT_FOUND = 'there is nothing here: the WebSocket is at /\n';

export default defineHandler(() =>
  webSocket({
    upgrade: ({ path }) => (path === '/' ? accept() : reject(404, {}, NOT_FOUND)),
    onMessage: (_ws, data) => data,
    // Without an answer from here it is 426: come back with an upgrade.
    request: ({ path }) => (path === '/' ? undefined : { status: 404, body: NOT_FOUND }),
    deflate: true,
  }),
);
