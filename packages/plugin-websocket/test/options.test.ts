import { describe, expect, it } from 'vitest';
import { webSocket } from '../src/index.js';

describe('the options of webSocket', () => {
  it.each([
    [{ maxPayload: -1 }, 'maxPayload'],
    [{ maxFragments: 0 }, 'maxFragments'],
    [{ onmessage: () => {} }, 'onmessage'],
    [{ onMessage: 'x' }, 'onMessage'],
    [{ upgrade: 1 }, 'upgrade'],
    [{ protocols: ['a b'] }, 'protocols'],
    [{ protocols: 'chat' }, 'protocols'],
    [{ origins: 'https://example.org' }, 'origins'],
    [{ origins: ['https://example.org/'] }, 'origins'],
    [{ origins: ['example.org'] }, 'origins'],
    [{ origins: [1] }, 'origins'],
    [{ textAsBytes: 1 }, 'textAsBytes'],
    [{ heartbeat: 0 }, 'heartbeat'],
    [{ heartbeat: null }, 'heartbeat'],
    [{ heartbeat: { interval: 1, timeuot: 2 } }, 'timeuot'],
    [{ heartbeat: { interval: 0 } }, 'heartbeat.interval'],
    [{ deflate: { level: 10 } }, 'deflate.level'],
    [{ deflate: { nonsense: 1 } }, 'nonsense'],
    [{ deflate: 'yes' }, 'deflate'],
  ])('%j is refused', (options, name) => {
    expect(() => webSocket(options as object)).toThrow(name);
  });
});
