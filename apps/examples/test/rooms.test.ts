import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../src/chat/messages.js';
import { readRequest, roomOf } from '../src/chat/messages.js';
import { Rate } from '../src/chat/rate.js';
import { type Member, Rooms, type RoomsLoop } from '../src/chat/rooms.js';

/** Loops that share a clock; posts arrive at once, as clones, unless a loop is down. */
class Loops {
  now = 0;
  readonly down = new Set<number>();
  readonly #listeners = new Map<number, (value: unknown, from: number) => void>();
  readonly #timers = new Map<number, () => void>();

  constructor(readonly count: number) {}

  /** A loop that starts, or starts again. */
  start(id: number): Rooms {
    const loops = Array.from({ length: this.count }, (_, to) => ({
      id: to,
      connections: 0,
      post: (value: unknown) => {
        if (this.down.has(to)) return false;
        this.#listeners.get(to)?.(structuredClone(value), id);
        return true;
      },
    }));
    const clock = () => this.now;
    const loop: RoomsLoop = {
      id,
      loops,
      get now() {
        return clock();
      },
      onPost: (listener) => this.#listeners.set(id, listener),
      runEvery: (_period, task) => {
        this.#timers.set(id, task);
        return { cancel: () => {} };
      },
      runInLoop: (task) => task(),
    };
    this.down.delete(id);
    return new Rooms(loop);
  }

  /** Lets so many periods pass. */
  pass(periods: number): void {
    for (let i = 0; i < periods; i += 1) {
      this.now += 2_000;
      for (const [id, task] of this.#timers) if (!this.down.has(id)) task();
    }
  }
}

class Someone implements Member {
  readonly heard: ChatEvent[] = [];
  bufferedAmount = 0;
  isTerminated = false;

  constructor(readonly id: number) {}

  send(message: string | Uint8Array): boolean {
    this.heard.push(JSON.parse(message as string));
    return true;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  /** What was heard since the last time, in short. */
  news(): string[] {
    return this.heard.splice(0).map((event) => {
      if (event.type === 'here') return `here ${event.people.map(({ name }) => name).join(' ')}`;
      if (event.type === 'refused') return event.reason;
      const { name } = event.person;
      return event.type === 'said' ? `${name}: ${event.text}` : `${name} ${event.type}`;
    });
  }
}

function enter(rooms: Rooms, id: number, name: string, room = 'tea'): Someone {
  const someone = new Someone(id);
  expect(rooms.join(room, someone, { id, name })).toBe(true);
  return someone;
}

describe('rooms', () => {
  it('tell each loop who comes, speaks, changes the name and goes', () => {
    const loops = new Loops(2);
    const [zero, one] = [loops.start(0), loops.start(1)];
    const ann = enter(zero, 1, 'ann');
    const bob = enter(one, 2, 'bob');
    const eve = enter(one, 3, 'eve', 'coffee');
    const person = { id: 2, name: 'bob' };
    one.say('tea', { type: 'said', person, text: 'hi', at: 0 });
    one.rename('tea', { id: 2, name: 'rob' });
    one.leave('tea', { id: 2, name: 'rob' });
    expect(ann.news()).toEqual(['here ann', 'bob joined', 'bob: hi', 'rob renamed', 'rob left']);
    expect(bob.news()).toEqual(['here ann bob', 'bob: hi', 'rob renamed']);
    expect(eve.news()).toEqual(['here eve']);
    loops.pass(10);
    expect(ann.news()).toEqual([]);
  });

  it('lose the members of a loop that died, and hear of those that it has when it is back', () => {
    const loops = new Loops(3);
    const [zero, one] = [loops.start(0), loops.start(1)];
    loops.start(2);
    const ann = enter(zero, 1, 'ann');
    enter(one, 2, 'bob');
    loops.pass(1);
    expect(ann.news()).toEqual(['here ann', 'bob joined']);
    loops.down.add(1);
    loops.pass(3);
    expect(ann.news()).toEqual([]);
    loops.pass(1);
    expect(ann.news()).toEqual(['bob left']);
    const again = loops.start(1);
    const eve = enter(again, 4, 'eve');
    expect(ann.news()).toEqual(['eve joined']);
    expect(eve.news()).toEqual(['here eve']);
    loops.pass(1);
    expect(eve.news()).toEqual(['ann joined']);
  });

  it('notice a loop that started again before it was missed', () => {
    const loops = new Loops(2);
    const [zero, one] = [loops.start(0), loops.start(1)];
    const ann = enter(zero, 1, 'ann');
    enter(one, 2, 'bob');
    loops.start(1);
    loops.pass(1);
    expect(ann.news()).toEqual(['here ann', 'bob joined', 'bob left']);
  });

  it('make up for a post that was lost', () => {
    const loops = new Loops(2);
    const [zero, one] = [loops.start(0), loops.start(1)];
    const ann = enter(zero, 1, 'ann');
    loops.down.add(0);
    enter(one, 2, 'bob');
    loops.down.delete(0);
    expect(ann.news()).toEqual(['here ann']);
    loops.pass(1);
    expect(ann.news()).toEqual(['bob joined']);
  });

  it('throw out who does not read, and take no more than they hold', () => {
    const rooms = new Loops(1).start(0);
    const slow = enter(rooms, 1, 'slow');
    slow.bufferedAmount = 2 ** 20 + 1;
    for (let id = 2; id <= 500; id += 1) enter(rooms, id, `${id}`);
    expect(slow.isTerminated).toBe(true);
    expect(rooms.join('tea', new Someone(501), { id: 501, name: 'late' })).toBe(false);
  });
});

describe('what a page says', () => {
  it.each([
    ['{"type":"join","name":"  ann \\n lee "}', { type: 'join', name: 'ann lee' }],
    ['{"type":"rename","name":"\\u202eann"}', { type: 'rename', name: 'ann' }],
    ['{"type":"say","text":" one\\r\\n\\u0007two "}', { type: 'say', text: 'one\ntwo' }],
    ['{"type":"join","name":" \\u202e "}', undefined],
    [`{"type":"join","name":"${'x'.repeat(33)}"}`, undefined],
    [`{"type":"say","text":"${'x'.repeat(2_001)}"}`, undefined],
    ['{"type":"say","text":7}', undefined],
    ['{"type":"here"}', undefined],
    ['null', undefined],
    ['{', undefined],
  ])('is read: %s', (json, request) => {
    expect(readRequest(json)).toEqual(request);
  });

  it.each([
    ['/rooms/Tea', 'tea'],
    ['/rooms/caf%C3%A9', 'café'],
    ['/rooms/cafe%CC%81', 'café'],
    ['/rooms/', undefined],
    ['/rooms/a/b', undefined],
    ['/rooms/a%2Fb', undefined],
    ['/rooms/..', undefined],
    ['/rooms/%ff', undefined],
    [`/rooms/${'x'.repeat(41)}`, undefined],
  ])('the path %s', (path, room) => {
    expect(roomOf(path)).toBe(room);
  });
});

describe('a rate', () => {
  it('gives so many at once, then so many a second', () => {
    const rate = new Rate(3, 2);
    const takes = [0, 0, 0, 0, 499, 500, 500, 10_000, 10_000, 10_000, 10_000];
    expect(takes.map((now) => rate.take(now))).toEqual(
      [1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0].map(Boolean),
    );
  });
});
