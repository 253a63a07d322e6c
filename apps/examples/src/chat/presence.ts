import type { Server } from 'gev';
import type { ChatEvent, Person } from './messages.js';

/** What the loops tell the server's thread, each in order. */
export type PresenceNews =
  /** The first of a loop, which may take the place of one that died. */
  | { readonly kind: 'started' }
  | { readonly kind: 'here' | 'left'; readonly room: string; readonly person: Person };

/** Milliseconds from a change to the news of it; those that come meanwhile are told with it. */
const TELL_EVERY = 200;

/** Somebody, and the loop that it is connected to. */
interface Member {
  readonly person: Person;
  readonly loop: number;
}

/**
 * Who is in which room, over all loops. It is kept in one place, on the server's thread, which hears of
 * every loop that dies; and rooms are told it whole, so that what one missed the next one mends.
 */
class Presence {
  readonly #rooms = new Map<string, Map<number, Member>>();
  readonly #changed = new Set<string>();

  hear(news: PresenceNews, loop: number): void {
    if (news.kind === 'started') this.lose(loop);
    else if (news.kind === 'here') this.#enter(news.room, { person: news.person, loop });
    else if (news.kind === 'left') this.#leave(news.room, news.person.id);
  }

  /** A loop is gone, and everybody who was connected to it. */
  lose(loop: number): void {
    for (const [room, members] of this.#rooms) {
      for (const [id, member] of members) if (member.loop === loop) this.#leave(room, id);
    }
  }

  /** @param tell returns false when it could not reach all; then they are told again next time */
  tellChanged(tell: (room: string, event: ChatEvent) => boolean): void {
    for (const room of this.#changed) {
      const members = [...(this.#rooms.get(room)?.values() ?? [])];
      const people = members.map(({ person }) => person);
      if (tell(room, { type: 'people', people })) this.#changed.delete(room);
    }
  }

  #enter(room: string, member: Member): void {
    const members = this.#rooms.get(room) ?? new Map<number, Member>();
    this.#rooms.set(room, members.set(member.person.id, member));
    this.#changed.add(room);
  }

  #leave(room: string, id: number): void {
    const members = this.#rooms.get(room);
    if (!members?.delete(id)) return;
    if (members.size === 0) this.#rooms.delete(room);
    this.#changed.add(room);
  }
}

/** Has a server know who is in its rooms, and tell the rooms. Before it listens. */
export function keepPresence(server: Pick<Server, 'on' | 'broadcast' | 'runEvery'>): void {
  const presence = new Presence();
  server.on('post', (news, loop) => presence.hear(news as PresenceNews, loop));
  server.on('loopExit', ({ loop }) => presence.lose(loop));
  server.runEvery(TELL_EVERY, () => {
    presence.tellChanged((room, event) =>
      server.broadcast(JSON.stringify(event), { where: { room } }),
    );
  });
}
