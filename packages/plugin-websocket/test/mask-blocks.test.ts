import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import loadWabt from 'wabt';

const source = (name: string) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8');

it('mask-blocks.ts holds what mask-blocks.wat assembles to', async () => {
  const wabt = await loadWabt();
  const module = wabt.parseWat('mask-blocks.wat', source('mask-blocks.wat'), { simd: true });
  const code = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const parts = /const CODE =([^;]+);/.exec(source('mask-blocks.ts'))![1]!.matchAll(/'([^']+)'/g);
  expect(Array.from(parts, ([, part]) => part).join('')).toBe(code);
});
