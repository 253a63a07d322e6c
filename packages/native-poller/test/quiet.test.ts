import { describe, expect, it } from 'vitest';
import { runProgram } from './child.js';
import { flavours } from './flavours.js';

/** A loop that spins uses 100. */
const IDLE_PER_CENT = 15;
const STATES = 10;

describe.each(flavours)('CPU use in lasting states: $title', (flavour) => {
  it('is near none', { timeout: 60_000 }, async () => {
    const { code, lines, errors } = await runProgram('quiet', flavour);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(lines).toHaveLength(STATES);
    expect(lines.filter((line) => Number.parseFloat(line) > IDLE_PER_CENT)).toEqual([]);
  });
});
