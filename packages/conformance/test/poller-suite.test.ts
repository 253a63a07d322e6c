import assert from 'node:assert/strict';
import { beforeAll, describe, it } from 'vitest';
import { pollerSuite } from '../src/index.js';
import { MemoryNetwork, MemoryPoller } from '../src/memory-poller/index.js';
import { BROKEN, type Make } from './broken/index.js';
import { MemoryPeers } from './memory-peers.js';
import { RecordingRunner } from './recording-runner.js';

/** Registers the suite for pollers that `make` makes, on a network of their own. */
function record(make: Make, patience = 150): RecordingRunner {
  const network = new MemoryNetwork();
  const runner = new RecordingRunner();
  pollerSuite(runner, 'broken', {
    create: (options) => make(network, options),
    peers: () => new MemoryPeers(network),
    volume: 256 * 1024,
    patience,
  });
  return runner;
}

describe('pollerSuite', () => {
  const failures = new Map<string, string[]>();

  beforeAll(async () => {
    await Promise.all(
      BROKEN.map(async ([name, make]) => {
        failures.set(name, await record(make).failures());
      }),
    );
  }, 240_000);

  it('finds nothing wrong with the memory poller in a recording runner', async () => {
    const sound = record((...given) => new MemoryPoller(...given), 10_000);
    assert.deepEqual(await sound.failures(), []);
  });

  for (const [name, , noticed] of BROKEN) {
    it(`notices a poller that ${name}`, () => {
      const names = failures.get(name)?.join('\n') ?? '';
      assert(names.includes(noticed), `not noticed in '${noticed}', but in:\n${names}`);
    });
  }

  it('has no test that every broken poller passes', () => {
    const failed = new Set([...failures.values()].flat());
    const { names } = record((...given) => new MemoryPoller(...given));
    assert.deepEqual(
      names.filter((name) => !failed.has(name)),
      [],
    );
  });
});
