import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { assertBytes } from '../src/index.js';

describe('assertBytes', () => {
  it.each([
    ['a Uint8Array', new Uint8Array(3)],
    ['an empty one', new Uint8Array(0)],
    ['a Buffer', Buffer.from('text')],
    ['one over shared memory', new Uint8Array(new SharedArrayBuffer(2))],
    ['one of another realm', runInNewContext('new Uint8Array(2)')],
  ])('takes %s', (_, value) => {
    expect(() => assertBytes(value)).not.toThrow();
  });

  it.each([
    ['String', 'text'],
    ['Array', [1, 2]],
    ['ArrayBuffer', new ArrayBuffer(2)],
    ['DataView', new DataView(new ArrayBuffer(2))],
    ['Uint16Array', new Uint16Array(2)],
    ['Object', { length: 2 }],
    ['Uint8Array', { [Symbol.toStringTag]: 'Uint8Array', length: 2 }],
    ['Number', 5],
    ['Promise', Promise.resolve()],
    ['Null', null],
    ['Undefined', undefined],
  ])('refuses a value of type %s', (type, value) => {
    const message = expect.stringContaining(`of type ${type} is no bytes: give a Uint8Array`);
    expect(() => assertBytes(value)).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_HANDLER', message }),
    );
  });
});
