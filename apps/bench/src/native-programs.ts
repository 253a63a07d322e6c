import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `scripts/build-native.mjs` compiles. */
export type NativeProgram = 'load' | 'epoll-echo';

/** The path that a compiled program has when it was built. dist/ and src/ are equally deep. */
export function nativeProgram(name: NativeProgram): string {
  return fileURLToPath(new URL(`../build/${name}`, import.meta.url));
}

/** Why nothing can be measured, or undefined. */
export function whyNoNativePrograms(): string | undefined {
  if (existsSync(nativeProgram('load')) && existsSync(nativeProgram('epoll-echo')))
    return undefined;
  return process.platform === 'linux'
    ? 'the load generator is not built: install a C compiler and run node apps/bench/scripts/build-native.mjs'
    : `the load generator needs Linux (epoll), and this is ${process.platform}`;
}
