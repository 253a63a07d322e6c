import { describe, expect, it } from 'vitest';
import { countByGroup, misses, toMarkdown } from '../scripts/autobahn/summary.mjs';

const verdict = (behavior, behaviorClose = 'OK') => ({ behavior, behaviorClose });

describe('the summary of the Autobahn test suite', () => {
  it('counts a case by the worse of its verdicts', () => {
    const rows = countByGroup({
      '10.1.1': verdict('OK'),
      2.1: verdict('OK'),
      2.2: verdict('OK', 'INFORMATIONAL'),
      2.3: verdict('NON-STRICT'),
      2.4: verdict('OK', 'WRONG CODE'),
      2.5: verdict('ERROR', 'UNCLEAN'),
      2.6: verdict('UNIMPLEMENTED', 'UNCLEAN'),
    });
    const none = { OK: 0, INFORMATIONAL: 0, 'NON-STRICT': 0, FAILED: 0, UNIMPLEMENTED: 0 };
    const two = { ...none, OK: 1, INFORMATIONAL: 1, 'NON-STRICT': 1, FAILED: 2, UNIMPLEMENTED: 1 };
    expect(rows).toEqual([
      { group: '2', cases: 6, ...two },
      { group: '10', cases: 1, ...none, OK: 1 },
      { group: 'all', cases: 7, ...two, OK: 2 },
    ]);
  });

  it('misses whatever is neither OK nor INFORMATIONAL', () => {
    const verdicts = {
      1.1: verdict('OK', 'INFORMATIONAL'),
      1.2: verdict('NON-STRICT'),
      1.3: verdict('OK', 'UNCLEAN'),
      1.4: verdict('FAILED'),
    };
    const missed = misses([{ name: 'server', verdicts }]);
    expect(missed).toEqual([
      'server: 1.2: NON-STRICT, OK',
      'server: 1.3: OK, UNCLEAN',
      'server: 1.4: FAILED, OK',
    ]);
    expect(toMarkdown([], missed, 'a suite')).toContain('- server: 1.3: OK, UNCLEAN\n');
  });

  it('misses what is unimplemented unless the same role has a verdict with other options', () => {
    const unimplemented = { 13.1: verdict('UNIMPLEMENTED') };
    const server = { name: 'server', verdicts: { 13.1: verdict('OK') } };
    const client = { name: 'client', verdicts: unimplemented };
    const same = { name: 'client, other', verdicts: unimplemented };
    const good = { name: 'client, other', verdicts: { 13.1: verdict('OK') } };
    const bad = { name: 'client, other', verdicts: { 13.1: verdict('FAILED') } };
    expect(misses([server, client])).toEqual(['client: 13.1: UNIMPLEMENTED, OK']);
    expect(misses([client, same])).toHaveLength(2);
    expect(misses([client, good])).toEqual([]);
    expect(misses([client, bad])).toEqual(['client, other: 13.1: FAILED, OK']);
  });
});
