// The page and the WebSockets on one port: who opens /rooms/NAME as a WebSocket is in that room.
import {
  accept,
  publish,
  reject,
  type UpgradeRequest,
  type WebSocket,
  webSocket,
} from '@gev/plugin-websocket';
import { defineHandler } from 'gev';
import { type ChatEvent, type Person, readRequest, roomOf } from '../chat/messages.js';
import { Pages } from '../chat/pages.js';
import { PresenceReporter } from '../chat/presence-reporter.js';
import { Rate } from '../chat/rate.js';

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

/** Members that a room may have in one loop. */
const MOST_MEMBERS = 500;

export default defineHandler((loop) => {
  const pages = new Pages(new URL('../chat/', import.meta.url));
  const presence = new PresenceReporter(loop);

  /** Takes somebody into a room, or under another name. */
  function enter(ws: WebSocket<Visitor>, name: string): string | undefined {
    const { room, person } = ws.data;
    if (person === undefined) {
      // What is said in a room is a topic, and who is there is told to connections with its name.
      if (loop.topics.subscribers(room) >= MOST_MEMBERS) return refuseEntry(ws);
      ws.subscribe(room);
      ws.connection.set('room', room);
    }
    const you = { id: ws.id, name };
    ws.data.person = you;
    presence.tell({ kind: 'here', room, person: you });
    return json({ type: 'here', you });
  }

  /** Says something to everybody in a room, in every loop, the speaker too. */
  function say({ room, person }: Visitor, text: string): string | undefined {
    if (person === undefined) return refusal('Join first.');
    const toldAll = publish(loop, room, json({ type: 'said', person, text, at: Date.now() }));
    return toldAll ? undefined : refusal('Not everybody could be told.');
  }

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
      if (!ws.data.rate.take(loop.now)) return refuseHaste(ws);
      ws.data.excess = 0;
      const request = isBinary ? undefined : readRequest(data as string);
      if (request === undefined) return refusal('That is empty, too long, or no message.');
      return request.type === 'say' ? say(ws.data, request.text) : enter(ws, request.name);
    },
    onClose(ws) {
      const { room, person } = ws.data;
      if (person !== undefined) presence.tell({ kind: 'left', room, person });
    },
    maxPayload: 16 * 1024,
    heartbeat: { interval: 30_000, timeout: 10_000 },
    // Its page comes back by itself, and is told anew who is there.
    slowConsumers: { policy: 'close', above: 1024 * 1024 },
  });
});

/** Pages of other sites may not speak in the name of who looks at them. */
function isOwnPage({ origin, headers }: UpgradeRequest): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === headers.get('host');
}

function refuseHaste(ws: WebSocket<Visitor>): string | undefined {
  ws.data.excess += 1;
  if (ws.data.excess <= MOST_EXCESS) return refusal('That was too fast. Wait a moment.');
  ws.close(1008, 'too fast');
  return undefined;
}

function refuseEntry(ws: WebSocket<Visitor>): undefined {
  ws.send(refusal('The room is full.'));
  ws.close(1013, 'the room is full');
}

function refusal(reason: string): string {
  return json({ type: 'refused', reason });
}

function json(event: ChatEvent): string {
  return JSON.stringify(event);
}
