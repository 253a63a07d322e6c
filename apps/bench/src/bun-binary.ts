import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where Bun's binary is, or why it is not to be had. */
export type BunBinary = { readonly path: string } | { readonly reason: string };

/**
 * Finds the binary that the npm package `bun` brings as an optional dependency. Its install
 * script, which would link it, does not run in this workspace.
 */
export function findBun(): BunBinary {
  const require = createRequire(import.meta.url);
  let bun: string;
  try {
    bun = realpathSync(dirname(require.resolve('bun/package.json')));
  } catch {
    return { reason: 'the package bun is not installed' };
  }
  // pnpm lays a package's dependencies beside it.
  const scope = join(dirname(bun), '@oven');
  const arch = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const names = [`bun-${process.platform}-${arch}`, `bun-${process.platform}-${arch}-musl`];
  const found = names.map((name) => join(scope, name, 'bin/bun')).find((path) => existsSync(path));
  return found ? { path: found } : { reason: `there is no ${names[0]} beside the package bun` };
}
