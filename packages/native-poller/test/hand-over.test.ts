import { describe, expect, it } from 'vitest';
import { runProgram } from './child.js';
import { flavours } from './flavours.js';

describe.each(flavours)('pollers of several threads: $title', (flavour) => {
  it('hand connections over, post letters, and leave nothing when one dies', {
    timeout: 60_000,
  }, async () => {
    const { code, lines, errors } = await runProgram('hand-over', flavour);
    expect({ code, lines, errors }).toEqual({
      code: 0,
      lines: ['replies 150', 'letters 4000', 'letters 4000', 'letters 4000', 'taken 150', 'done'],
      errors: '',
    });
  });
});
