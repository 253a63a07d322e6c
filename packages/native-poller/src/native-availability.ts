import { messageOf } from '@gev/core';
import { type Backend, loadBinding } from './load-binding.js';

/** Answer of {@link nativeAvailability}. */
export type NativeAvailability =
  | {
      readonly available: true;
      /** `epoll` or `kqueue`. */
      readonly name: string;
      /** Whether `watch: 'uv_poll'` works; false for kqueue on Linux. */
      readonly watchable: boolean;
    }
  | { readonly available: false; readonly reason: string };

/** Tells whether the addon loads on this machine, and if not, why and what to do. Never throws. */
export function nativeAvailability(backend: Backend = 'default'): NativeAvailability {
  try {
    const { name, watchable } = loadBinding(backend);
    return { available: true, name, watchable };
  } catch (error) {
    return { available: false, reason: messageOf(error) };
  }
}
