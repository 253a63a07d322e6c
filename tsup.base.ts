import type { Options } from 'tsup';

/** What every published package builds: ESM, CommonJS, and types for both. */
export const library: Options = {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  dts: true,
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  shims: true,
};
