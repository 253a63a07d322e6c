import { describe, expect, it } from 'vitest';
import { runProgram } from './child.js';
import { flavours } from './flavours.js';

const NIGHTLY = process.env['GEV_TEST_NIGHTLY'] !== undefined;
const ROUNDS = NIGHTLY ? 100 : 20;
const PATIENCE = NIGHTLY ? 300_000 : 60_000;

describe.each(flavours)('the end of the process: $title', (flavour) => {
  it('comes with process.exit inside a batch', async () => {
    expect(await runProgram('exit-in-batch', flavour)).toMatchObject({ code: 7, errors: '' });
  });

  it('comes with an exception inside a batch', async () => {
    const { code, errors } = await runProgram('throw-in-batch', flavour);
    expect(code).toBe(1);
    expect(errors).toContain('thrown in the batch');
  });

  it("does not come when 'uncaughtException' handles it", async () => {
    const { code, lines } = await runProgram('throw-and-go-on', flavour);
    expect(lines).toEqual(['caught once', 'echo y']);
    expect(code).toBe(0);
  });

  it('waits for handles, not for pollers', async () => {
    const { code, lines } = await runProgram('lives-by-handles', flavour);
    expect({ code, lines }).toEqual({ code: 0, lines: ['alive', 'left'] });
  });
});

describe.each(flavours)('what a poller leaves behind: $title', (flavour) => {
  it('nothing after stop() inside a batch', { timeout: PATIENCE }, async () => {
    const { code, lines, errors } = await runProgram('stop-in-batch', flavour);
    expect({ code, lines, errors }).toEqual({ code: 0, lines: ['done'], errors: '' });
  });

  it('nothing when it is forgotten', { timeout: PATIENCE }, async () => {
    const settings = { nodeOptions: ['--expose-gc'] };
    const { code, lines, errors } = await runProgram('forgotten', flavour, settings);
    expect({ code, lines, errors }).toEqual({ code: 0, lines: ['collected'], errors: '' });
  });
});

describe.each(flavours)('a worker under load: $title', (flavour) => {
  it.each([
    { how: 'terminate', result: '1' },
    { how: 'exit', result: '9' },
    { how: 'throw', result: 'thrown in the batch' },
    { how: 'stop', result: '0' },
  ])('ends by $how and leaves nothing', { timeout: PATIENCE }, async ({ how, result }) => {
    const env = { GEV_RUN: `${how} ${ROUNDS}` };
    const { code, lines, errors } = await runProgram('workers', flavour, { env });
    expect({ code, lines, errors }).toEqual({
      code: 0,
      lines: [`result ${result}`, 'done'],
      errors: '',
    });
  });
});
