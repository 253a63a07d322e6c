import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseRow } from '../src/redis-benchmark.js';
import { whyNotRunnable } from '../src/redis-programs.js';

describe('what redis-benchmark prints', () => {
  it('is read by the names of its columns', () => {
    const csv =
      '"test","rps","avg_latency_ms","p50_latency_ms","p99_latency_ms"\n"SET","500.25","1.5","0.5","2.25"\n';
    expect(parseRow(csv)).toEqual({ requestsPerSecond: 500.25, p50: 0.5, p99: 2.25 });
  });

  it('may be without end, when the test was over at once', () => {
    const csv = '"test","rps","p50_latency_ms","p99_latency_ms"\n"SET","inf","0.1","0.2"\n';
    expect(parseRow(csv).requestsPerSecond).toBe(Number.POSITIVE_INFINITY);
  });

  it('is refused when it is something else', () => {
    expect(() => parseRow('SET: 500 requests per second')).toThrow('not understood');
  });
});

const missing =
  whyNotRunnable('redis-benchmark', 'redis-tools') ??
  (process.platform === 'linux' ? undefined : 'the bench needs Linux');
if (missing !== undefined) console.error(`skipped: the scenario redis: ${missing}`);

describe.skipIf(missing !== undefined)('the scenario redis', () => {
  it('measures every peer at every test', () => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const args = ['redis', '--turns', '1', '--requests', '20000', '--connections', '5', '--json'];
    const run = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const { data } = JSON.parse(run.stdout) as { data: { series: { median: object }[] } };
    expect(data.series.length % 4).toBe(0);
    for (const { median } of data.series) {
      expect(median).toMatchObject({ requestsPerSecond: expect.any(Number) });
    }
  }, 60_000);
});

describe('the scenario redis without redis-benchmark', () => {
  it('says what to install, and fails', () => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const options = { encoding: 'utf8', env: { PATH: '/nowhere' } } as const;
    const run = spawnSync(process.execPath, [main, 'redis'], options);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/redis-benchmark: install the Debian package redis-tools/);
  });
});
