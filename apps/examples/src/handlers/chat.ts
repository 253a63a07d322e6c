// The page and the WebSockets on one port: who opens /rooms/NAME as a WebSocket is in that room.
import {
  accept,
  reject,
  type UpgradeRequest,
  type WebSocket,
  webSocket,
} from '@gev/plugin-websocket';
import { defineHandler } from 'gev';
import { type ChatEvent, type Person, readRequest, roomOf } from '../chat/messages.js';
import { Pages } from '../chat/pages.js';
import { Rate } from '../chat/rate.js';
import { Rooms } from '../chat/rooms.js';

/** What is known of a WebSocket. */
interface Visitor {
  readonly room: string;
  readonly rate: Rate;
  /** Too fast so often in a row. */
  excess: number;
  /** From `join` on. */
  person: Person | undefined;
}

/** Messages too fast in a row after which a visitor is thrown out. */
const MOST_EXCESS = 50;

export default defineHandler((loop) => {
  const pages = new Pages(new URL('../chat/', import.meta.url));
  const rooms = new Rooms(loop);

  return webSocket({
    upgrade({ path }) {
      const room = roomOf(path);
      if (room === undefined) return reject(404, {}, 'there is no such room\n');
      const rate = new Rate(10, 2);
      return accept<Visitor>({ data: { room, rate, excess: 0, person: undefined } });
    },
    origins: isOwnPage,
    request: (request) => pages.answer(request),
    onMessage(ws, data, isBinary) {
      const visitor = ws.data;
      if (!visitor.rate.take(loop.now)) {
        visitor.excess += 1;
        if (visitor.excess > MOST_EXCESS) {
          ws.close(1008, 'too fast');
          return undefined;
        }
        return refusal('That was too fast. Wait a moment.');
      }
      visitor.excess = 0;
      const request = isBinary ? undefined : readRequest(data as string);
      if (request === undefined) return refusal('That is empty, too long, or no message.');
      if (request.type === 'say') {
        const { person } = visitor;
        if (person === undefined) return refusal('Join first.');
        rooms.say(visitor.room, { type: 'said', person, text: request.text, at: Date.now() });
        return undefined;
      }
      const isNew = visitor.person === undefined;
      const person = { id: ws.id, name: request.name };
      if (isNew && !rooms.join(visitor.room, ws, person)) return refuseEntry(ws);
      visitor.person = person;
      if (!isNew) rooms.rename(visitor.room, person);
      return undefined;
    },
    onClose(ws) {
      const { room, person } = ws.data;
      if (person !== undefined) rooms.leave(room, person);
    },
    maxPayload: 16 * 1024,
    heartbeat: { interval: 30_000, timeout: 10_000 },
  });
});

/** Pages of other sites may not speak in the name of who looks at them. */
function isOwnPage({ origin, headers }: UpgradeRequest): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === headers.get('host');
}

function refuseEntry(ws: WebSocket<Visitor>): undefined {
  ws.send(refusal('The room is full.'));
  ws.close(1013, 'the room is full');
}

function refusal(reason: string): string {
  return JSON.stringify({ type: 'refused', reason } satisfies ChatEvent);
}
