import { describe, expect, it } from 'vitest';
import { readRequest, roomOf } from '../src/chat/messages.js';
import { Rate } from '../src/chat/rate.js';

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
