import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Client } from '../src/index.js';
import { pollers } from './pollers.js';

// A resolver that answers late: there is none that could be asked to.
vi.mock('node:dns/promises', () => ({
  lookup: () => sleep(20_000, { address: '127.0.0.1' }, { ref: false }),
}));

const handler = { onMessage() {} };

describe('connecting while a name is looked up', () => {
  it('ends at the time-out', async () => {
    await using client = Client.on(pollers[0]!);
    await expect(
      client.connect('tcp://late.example:1', { handler, timeout: 50 }),
    ).rejects.toMatchObject({
      code: 'ERR_GEV_CONNECT',
      cause: { code: 'ERR_GEV_CONNECT_TIMEOUT' },
    });
  });

  it('ends when it is aborted', async () => {
    await using client = Client.on(pollers[0]!);
    const { signal, ...controller } = withAbort();
    const connecting = client.connect('tcp://late.example:1', { handler, signal });
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_GEV_ABORTED' });
  });
});

function withAbort() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
