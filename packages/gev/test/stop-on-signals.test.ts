import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./programs/signalled.mjs', import.meta.url));

type Kill = (signal: NodeJS.Signals) => void;

/** Runs the program; `then` is called when it is ready, with a way to wait for more of its output. */
async function run(
  mode: string,
  then: (kill: Kill, heard: (text: string) => Promise<void>) => Promise<void>,
) {
  const child = spawn(process.execPath, [program, mode]);
  const closed = once(child, 'close');
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const heard = async (text: string) => {
    while (!output.includes(text)) await Promise.race([once(child.stdout, 'data'), ended(closed)]);
  };
  try {
    await heard('ready');
    await then((signal) => child.kill(signal), heard);
    const [code] = await closed;
    return { code, output };
  } finally {
    child.kill('SIGKILL');
  }
}

async function ended(closed: Promise<unknown>): Promise<never> {
  await closed;
  throw new Error('the program ended too early');
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

  it('takes a SIGINT that comes twice at once for one Ctrl-C', async () => {
    const { code } = await run('quick', async (kill, heard) => {
      kill('SIGINT');
      await heard('draining');
      kill('SIGINT');
    });
    expect(code).toBe(0);
  });

  it('exits with 1 on a second SIGTERM at once', async () => {
    const { code } = await run('never', async (kill, heard) => {
      kill('SIGTERM');
      await heard('draining');
      kill('SIGTERM');
    });
    expect(code).toBe(1);
  });

  it('exits with 1 on a second SIGINT half a second later', async () => {
    const { code } = await run('never', async (kill, heard) => {
      kill('SIGINT');
      await heard('draining');
      await pause(700);
      kill('SIGINT');
    });
    expect(code).toBe(1);
  });
});
