import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { choosePoller } from '../src/index.js';

const native = choosePoller().name === 'node' ? [] : ['native'];
const program = fileURLToPath(new URL('./programs/guest.mjs', import.meta.url));

describe.each([...native, 'node'])(
  'clients on the loops of a server, on the %s poller',
  (poller) => {
    it.each(['1', '2'])(
      'are apart from its own connections, with %s loops',
      (loops) => {
        const run = spawnSync(process.execPath, [program, loops], {
          encoding: 'utf8',
          timeout: 20_000,
          env: { ...process.env, GEV_POLLER: poller, GEV_LOG_LEVEL: 'error' },
        });
        expect(run.stdout.split('\n')).toEqual([
          'ids 8',
          'behind ""',
          // With one loop it is known at once that no connection of the server has the id.
          `to a guest ${loops === '2'}`,
          'refused 4',
          'closed 4 "forwarded"',
          '',
        ]);
        expect(run.status).toBe(0);
      },
      30_000,
    );
  },
);
