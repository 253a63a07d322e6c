import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./programs/signalled.mjs', import.meta.url));

/** Runs the program; `then` is called with it when it is ready. */
async function run(mode: string, then: (kill: (signal: NodeJS.Signals) => void) => Promise<void>) {
  const child = spawn(process.execPath, [program, mode]);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  await once(child.stdout, 'data');
  await then((signal) => child.kill(signal));
  const [code] = await once(child, 'close');
  return { code, output };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('stopOnSignals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'closes the server on %s and exits with 0',
    async (signal) => {
      const { code, output } = await run('quick', async (kill) => kill(signal));
      expect(code).toBe(0);
      expect(output).toBe(`ready\n${signal}: draining, once more ends at once\nclose 1234\n`);
    },
  );

  it('takes a signal that comes twice at once for one', async () => {
    const { code } = await run('quick', async (kill) => {
      kill('SIGINT');
      await pause(100);
      kill('SIGINT');
    });
    expect(code).toBe(0);
  });

  it('exits with 1 on the second signal', async () => {
    const { code } = await run('never', async (kill) => {
      kill('SIGTERM');
      await pause(700);
      kill('SIGTERM');
    });
    expect(code).toBe(1);
  });
});
