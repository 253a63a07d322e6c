import { pollerSuite } from '@gev/conformance';
import { describe, it } from 'vitest';
import { createNativePoller } from '../src/index.js';
import { flavours, skipped } from './flavours.js';

for (const { title, options } of flavours) {
  pollerSuite({ describe, it }, title, {
    create: (batch) => createNativePoller({ ...batch, ...options }),
  });
}

for (const { title, reason } of skipped) {
  describe(title, () => it.skip(`is not tested: ${reason}`, () => {}));
}
