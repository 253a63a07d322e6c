import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as gev from 'gev';
import { describe, it } from 'vitest';
import * as exported from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!);
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;

describe('README.md', () => {
  it('has examples', () => assert.equal(examples.length, 4));

  for (const [index, example] of examples.entries()) {
    it(`example ${index + 1} does what it says`, async () => {
      // The examples are JavaScript but for their imports, which stand here as parameters.
      const body = example.replaceAll(/^import .*\n/gm, '');
      const names = { assert, ...gev, ...exported };
      await new AsyncFunction(...Object.keys(names), body)(...Object.values(names));
    });
  }
});
