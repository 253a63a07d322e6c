import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { choosePoller, connect, createClient, isGevError } from '../src/index.js';

const native = choosePoller().name === 'node' ? [] : ['native'];

describe.each([...native, 'node'])('connect on the %s poller', (poller) => {
  it('leaves nothing that keeps the program', () => {
    const program = fileURLToPath(new URL('./programs/talk.mjs', import.meta.url));
    const run = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, GEV_POLLER: poller },
    });
    expect(run).toMatchObject({
      status: 0,
      stderr: '',
      stdout: 'hello\nstreamed\nERR_GEV_CONNECT\ndone\n',
    });
  });
});

describe('connect', () => {
  const handler = { onMessage() {} };

  it('says what is wrong with an option or an address', async () => {
    await expect(connect('tcp://127.0.0.1:1', { handler, loop: {} as never })).rejects.toSatisfy(
      isGevError,
    );
    await expect(connect('127.0.0.1:1', { handler })).rejects.toMatchObject({
      code: 'ERR_GEV_INVALID_ADDRESS',
    });
    await using client = createClient();
    expect(client.connections).toBe(0);
  });
});
