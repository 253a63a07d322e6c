import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { messageOf, printable } from '../src/index.js';

const thrower = (): never => {
  throw new Error('not to be asked');
};

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

describe('printable', () => {
  it.each([
    [5, '5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [10n, '10n'],
    [undefined, 'undefined'],
    [null, 'null'],
    ['', "''"],
    ['a\r\n', String.raw`'a\r\n'`],
    [Symbol('mark'), 'Symbol(mark)'],
    [{ a: 1, b: { c: 2 } }, '{ a: 1, b: [Object] }'],
    [Object.create(null), '[Object: null prototype] {}'],
    [{ toString: thrower }, /^\{ toString: \[Function: \w+\] \}$/],
    [{ [inspect.custom]: thrower }, 'a value of type object that cannot be printed'],
  ])('shows %# on one line', (value, expected) => {
    if (typeof expected === 'string') expect(printable(value)).toBe(expected);
    else expect(printable(value)).toMatch(expected);
  });

  it('asks nothing of a proxy', () => {
    expect(printable(revoked)).toBe('<Revoked Proxy>');
    expect(messageOf(revoked)).toBe('<Revoked Proxy>');
  });

  it('cuts what is long', () => {
    expect(printable('x'.repeat(1000)).length).toBeLessThan(150);
    expect(printable(Object.fromEntries(Array.from({ length: 99 }, (_, at) => [at, at])))).toMatch(
      /^\{.{116}\.\.\.$/,
    );
    expect(printable(new Uint8Array(1_000_000))).toMatch(/^Uint8Array\(1000000\) \[.*\.\.\.$/);
  });
});

describe('messageOf', () => {
  it.each([
    [new Error('why'), 'why'],
    ['why', 'why'],
    [undefined, 'undefined'],
    [Object.create(null), '[Object: null prototype] {}'],
  ])('says what was thrown, %#', (thrown, expected) => {
    expect(messageOf(thrown)).toBe(expected);
  });

  it('takes no getter for an answer that throws', () => {
    const error = Object.defineProperty(new Error('hidden'), 'message', { get: thrower });
    expect(messageOf(error)).not.toBe('');
  });
});
