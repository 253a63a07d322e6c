import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { RespMap } from '../src/protocols/resp/reply.js';
import { matchesGlob } from '../src/redis/glob.js';
import { BareRedis } from './bare-redis.js';

let bare: BareRedis;
beforeEach(() => {
  bare = new BareRedis();
});

/** So many words that what is kept for each of them would be felt. */
const many = (word: (index: number) => string) =>
  Array.from({ length: 200_000 }, (_, i) => word(i));

describe('a request with many arguments', () => {
  it('has a command described once, however often it is named', () => {
    const replies = bare.ask(['command', 'info', ...many(() => 'config')]) as unknown[];
    expect(new Set(replies).size).toBe(1);
    expect(replies).toHaveLength(200_000);
    const { entries } = bare.ask(['command', 'docs', ...many(() => 'GET')]) as RespMap;
    expect(new Set(entries).size).toBe(1);
    expect(entries).toHaveLength(200_000);
  });

  it('may ask for parameters by as many patterns', () => {
    const reply = bare.ask(['config', 'get', ...many((index) => `*${index}*`), 'SAV?']);
    expect(reply).toEqual(new RespMap([['save', '']]));
  });

  it('may ask for as many sections', () => {
    expect(bare.ask(['info', ...many((index) => `section-${index}`), 'replication'])).toEqual({
      text: '# Replication\r\nrole:master\r\n',
    });
  });
});

describe('a glob', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 10 });

  it('means what the regular expression means', () => {
    fc.assert(
      fc.property(text, glob, (name, pattern) => {
        const source = pattern.replaceAll('.', '\\.').replace(/\*+/g, '.*').replaceAll('?', '.');
        expect(matchesGlob(name, pattern)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of many stars comes to an end', () => {
    expect(matchesGlob('a'.repeat(50), `${'*a'.repeat(40)}b`)).toBe(false);
    expect(matchesGlob('a'.repeat(50), `${'*'.repeat(1_000_000)}a`)).toBe(true);
  });
});
