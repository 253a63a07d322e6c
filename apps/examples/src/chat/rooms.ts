import type { WebSocket } from '@gev/plugin-websocket';
import type { EventLoop } from 'gev';
import type { ChatEvent, Person } from './messages.js';

/** What a room needs of a WebSocket. */
export type Member = Pick<WebSocket<unknown>, 'id' | 'bufferedAmount' | 'send' | 'terminate'>;

/** What a room needs of a loop. */
export type RoomsLoop = Pick<
  EventLoop,
  'id' | 'loops' | 'now' | 'onPost' | 'runEvery' | 'runInLoop'
>;

/** What loops post to each other. */
type Post =
  | { readonly kind: 'event'; readonly room: string; readonly event: ChatEvent }
  /** The members that a loop has in these rooms; in no other one if it says `isAll`. */
  | {
      readonly kind: 'members';
      readonly rooms: ReadonlyMap<string, ReadonlyMap<number, Person>>;
      readonly isAll: boolean;
    };

/** The members of a room that live in one loop, by their ids. */
type Share = ReadonlyMap<number, Person>;

/** Milliseconds between two posts that say who is in a loop, and of silence after which it is dead. */
const TELL_EVERY = 2_000;
const DEAD_AFTER = 3 * TELL_EVERY + TELL_EVERY / 2;

/** Members that a room may have in one loop. */
const MOST = 500;

/** Unsent bytes of a member that does not read, who is then thrown out. */
const MOST_UNSENT = 1024 * 1024;

const NOBODY: Share = new Map();

/**
 * The rooms, as one loop knows them: its own members, and by what the other loops post, theirs.
 *
 * Every post about members tells them whole, so one that is lost is made up for by the next. A loop that
 * says nothing for {@link DEAD_AFTER} is dead, and so are its members; one that has started again tells
 * its new ones, and hears of the others within {@link TELL_EVERY}.
 *
 * Thread rule: only on the loop's thread.
 */
export class Rooms {
  readonly #loop: RoomsLoop;
  readonly #members = new Map<string, Map<number, Member>>();
  /** By loop, this one too, and by room. */
  readonly #shares = new Map<number, Map<string, Share>>();
  readonly #heardAt = new Map<number, number>();
  readonly #changed = new Set<string>();

  constructor(loop: RoomsLoop) {
    this.#loop = loop;
    loop.onPost((post, from) => this.#onPost(post as Post, from));
    loop.runEvery(TELL_EVERY, () => this.#tellAll());
  }

  /** Takes somebody in, who is told who is there; false when the room is full. */
  join(room: string, member: Member, person: Person): boolean {
    const members = this.#members.get(room) ?? new Map<number, Member>();
    if (members.size >= MOST) return false;
    this.#members.set(room, members.set(member.id, member));
    this.#set(room, person);
    const people = [...this.#shares.values()].flatMap((rooms) => [
      ...(rooms.get(room) ?? NOBODY).values(),
    ]);
    send(member, JSON.stringify({ type: 'here', you: person.id, people } satisfies ChatEvent));
    this.#deliver(room, { type: 'joined', person }, member.id);
    return true;
  }

  rename(room: string, person: Person): void {
    this.#set(room, person);
    this.#deliver(room, { type: 'renamed', person });
  }

  say(room: string, event: ChatEvent): void {
    // Who speaks was seen to come in.
    this.#tellChanged();
    this.#deliver(room, event);
    this.#post({ kind: 'event', room, event });
  }

  leave(room: string, person: Person): void {
    const members = this.#members.get(room);
    if (!members?.delete(person.id)) return;
    if (members.size === 0) this.#members.delete(room);
    const share = new Map(this.#shareOf(this.#loop.id, room));
    share.delete(person.id);
    this.#keep(this.#loop.id, room, share);
    this.#tellLater(room);
    this.#deliver(room, { type: 'left', person });
  }

  #set(room: string, person: Person): void {
    const share = new Map(this.#shareOf(this.#loop.id, room));
    this.#keep(this.#loop.id, room, share.set(person.id, person));
    this.#tellLater(room);
  }

  #onPost(post: Post, from: number): void {
    if (post.kind === 'event') {
      this.#deliver(post.room, post.event);
      return;
    }
    this.#heardAt.set(from, this.#loop.now);
    for (const [room, share] of post.rooms) this.#replace(from, room, share);
    if (!post.isAll) return;
    for (const room of this.#shares.get(from)?.keys() ?? []) {
      if (!post.rooms.has(room)) this.#replace(from, room, NOBODY);
    }
  }

  /** Takes another loop's members of a room for what it says, and tells ours what that changes. */
  #replace(loop: number, room: string, share: Share): void {
    const before = this.#shareOf(loop, room);
    this.#keep(loop, room, share);
    if (!this.#members.has(room)) return;
    for (const [id, person] of before) {
      if (!share.has(id)) this.#deliver(room, { type: 'left', person });
    }
    for (const [id, person] of share) {
      const old = before.get(id);
      if (old === undefined) this.#deliver(room, { type: 'joined', person });
      else if (old.name !== person.name) this.#deliver(room, { type: 'renamed', person });
    }
  }

  #shareOf(loop: number, room: string): Share {
    return this.#shares.get(loop)?.get(room) ?? NOBODY;
  }

  #keep(loop: number, room: string, share: Share): void {
    const rooms = this.#shares.get(loop) ?? new Map<string, Share>();
    if (share.size > 0) rooms.set(room, share);
    else rooms.delete(room);
    this.#shares.set(loop, rooms);
  }

  /** Sends an event to the members of a room that live in this loop. */
  #deliver(room: string, event: ChatEvent, except?: number): void {
    const json = JSON.stringify(event);
    for (const member of this.#members.get(room)?.values() ?? []) {
      if (member.id !== except) send(member, json);
    }
  }

  /** One post for all that changes in a batch. */
  #tellLater(room: string): void {
    const isFirst = this.#changed.size === 0;
    this.#changed.add(room);
    if (isFirst) this.#loop.runInLoop(() => this.#tellChanged());
  }

  #tellChanged(): void {
    if (this.#changed.size === 0) return;
    const { id } = this.#loop;
    const rooms = new Map([...this.#changed].map((room) => [room, this.#shareOf(id, room)]));
    this.#changed.clear();
    this.#post({ kind: 'members', rooms, isAll: false });
  }

  #tellAll(): void {
    this.#changed.clear();
    const rooms = this.#shares.get(this.#loop.id) ?? new Map<string, Share>();
    this.#post({ kind: 'members', rooms, isAll: true });
    for (const [loop, heardAt] of this.#heardAt) {
      if (this.#loop.now - heardAt > DEAD_AFTER) this.#forget(loop);
    }
  }

  #forget(loop: number): void {
    this.#heardAt.delete(loop);
    for (const room of this.#shares.get(loop)?.keys() ?? []) this.#replace(loop, room, NOBODY);
  }

  /** A loop that is down is not told: nobody is in it. */
  #post(post: Post): void {
    for (const other of this.#loop.loops) if (other.id !== this.#loop.id) other.post(post);
  }
}

function send(member: Member, json: string): void {
  member.send(json);
  if (member.bufferedAmount > MOST_UNSENT) member.terminate();
}
