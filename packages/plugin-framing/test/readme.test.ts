import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import type { Protocol } from '@gev/core';
import { describe, it } from 'vitest';
import * as exported from '../src/index.js';
import { latin1, packed, unpackAll } from './drive.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!);

/** What examples may use besides this package: a server that only keeps its options, and zlib. */
const given: Record<string, unknown> = {
  ...exported,
  assert,
  inflateRawSync: zlib.inflateRawSync,
  deflateRawSync: zlib.deflateRawSync,
  unpack: (protocol: Protocol<unknown>, text: string) => unpackAll(protocol, latin1(text)),
  pack: (protocol: Protocol<unknown>, message: unknown) =>
    Buffer.from(packed(protocol, message)).toString('latin1'),
  createServer(options: { protocol: Protocol<Uint8Array>; handler: object }) {
    assert.deepEqual(unpackAll(options.protocol, latin1('\0\0\0\x02ok')), [latin1('ok')]);
    assert.ok(options.handler);
    return { listen: async () => {} };
  },
};

describe('README.md', () => {
  it('has examples', () => assert.equal(examples.length, 4));

  for (const [index, example] of examples.entries()) {
    it(`example ${index + 1} does what it says`, async () => {
      // The examples are JavaScript but for their imports, which stand here as parameters.
      const body = example.replaceAll(/^import .*\n/gm, '');
      const run = new Function(...Object.keys(given), `return (async () => {${body}})()`);
      await run(...Object.values(given));
    });
  }
});
