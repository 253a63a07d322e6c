import type { Runner } from '../runner.js';
import { acceptTests } from './accept.js';
import { backpressureTests } from './backpressure.js';
import { closeTests, halfCloseTests, resetTests } from './close.js';
import { connectTests, unixTests } from './connect.js';
import { dataTests } from './data.js';
import { handOffTests } from './hand-off.js';
import { lifecycleTests, listenerTests } from './lifecycle.js';
import { mailTests } from './mail.js';
import { misuseTests } from './misuse.js';
import { pauseTests } from './pause.js';
import { slotTests } from './slots.js';
import type { PollerTarget } from './target.js';
import { volumeTests } from './volume.js';
import { writeTests } from './write.js';

const THEMES = [
  lifecycleTests,
  listenerTests,
  acceptTests,
  dataTests,
  writeTests,
  backpressureTests,
  closeTests,
  halfCloseTests,
  resetTests,
  pauseTests,
  connectTests,
  unixTests,
  slotTests,
  handOffTests,
  mailTests,
  misuseTests,
  volumeTests,
];

/**
 * Registers the tests of the Poller contract with `runner`. What a poller's `supports` denies is
 * expected to be refused with a code.
 *
 * @example
 * import { pollerSuite } from '@gev/conformance';
 * import { describe, it } from 'vitest';
 * import { MyPoller } from '../src/index.js';
 *
 * pollerSuite({ describe, it }, 'mine', { create: (options) => new MyPoller(options) });
 */
export function pollerSuite(runner: Runner, name: string, target: PollerTarget): void {
  runner.describe(`Poller contract: ${name}`, () => {
    for (const theme of THEMES) theme(runner, target);
  });
}
