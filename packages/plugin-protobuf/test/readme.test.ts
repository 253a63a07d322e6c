import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Protocol } from '@gev/core';
import * as ringbuffer from '@gev/ringbuffer';
import ts from 'typescript';
import { describe, it } from 'vitest';
import * as exported from '../src/index.js';
import { frame, packed, unpacked } from './bytes.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```[jt]s\n(.*?)```/gs)].map((match) => match[1]!);

/** Runs an example, whose imports stand here as parameters. */
async function run(example: string, names: Record<string, unknown>): Promise<void> {
  const body = example.replaceAll(/^import .*\n/gm, '');
  const source = `(async () => {${body}\n})()`;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  const call = new Function(...Object.keys(names), `return ${outputText}`);
  await call(...Object.values(names));
}

interface Options {
  readonly protocol: Protocol<exported.TypedMessage, exported.TypedMessage>;
  readonly handler: { onMessage(connection: unknown, message: object): object };
}

describe('README.md', () => {
  it('has examples', () => assert.equal(examples.length, 4));

  it('has a server that answers', async () => {
    let options: Options | undefined;
    const createServer = (given: Options) => {
      options = given;
      return { listen: () => {} };
    };
    await run(examples[0]!, { createServer, ...exported });
    const { protocol, handler } = options!;
    const [asked] = unpacked(
      protocol,
      packed(protocol, { type: 'users.GetUser', message: { id: 5 } }),
    );
    const reply = handler.onMessage(undefined, asked!) as exported.TypedMessage;
    const user = [0x08, 5, 0x12, 3, ...Buffer.from('Ada')];
    assert.deepEqual(packed(protocol, reply), new Uint8Array(frame('users.User', user)));
  });

  for (const [index, example] of examples.slice(1).entries()) {
    it(`has an example ${index + 2} that does what it says`, () =>
      run(example, { assert, ...ringbuffer, ...exported }));
  }
});
