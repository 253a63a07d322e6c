import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findBun } from './bun-binary.js';
import type { ScenarioName, Settings } from './settings.js';

/** What a number is worth only together with. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly bun: string | null;
  /** Of the last minute, before the first measurement. */
  readonly loadAverage: number;
}

export function describeMachine(): Machine {
  const bun = findBun();
  const version = 'path' in bun ? spawnSync(bun.path, ['--version'], { encoding: 'utf8' }) : null;
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    bun: version?.stdout?.trim() || null,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** Everything about one run; NaN becomes null in the file. */
export interface Report {
  readonly scenario: ScenarioName;
  readonly date: string;
  readonly machine: Machine;
  readonly pinning: string;
  readonly settings: Settings;
  readonly failures: readonly string[];
  readonly data: object;
}

/** Writes `results/SCENARIO-DATE.json` and returns its path. */
export function writeReport(report: Report): string {
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  const path = `${folder}${report.scenario}-${report.date.replaceAll(':', '-')}.json`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}
