import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which core each side keeps to, so that the scheduler moves neither. */
export interface Pinning {
  /** For people: what is pinned, or why nothing is. */
  readonly reason: string;
  /** The command that runs `command` for this side. taskset(1) execs, so the pid stays. */
  server(command: readonly string[]): readonly string[];
  load(command: readonly string[]): readonly string[];
}

const asItIs = (command: readonly string[]) => command;

/** Server on core 0, load generator on core 1, where there are two and taskset(1) is there. */
export function choosePinning(wanted: boolean): Pinning {
  const reason = whyNot(wanted);
  if (reason !== undefined) {
    return { reason: `nothing is pinned: ${reason}`, server: asItIs, load: asItIs };
  }
  return {
    reason: 'server on core 0, load generator on core 1',
    server: (command) => ['taskset', '-c', '0', ...command],
    load: (command) => ['taskset', '-c', '1', ...command],
  };
}

function whyNot(wanted: boolean): string | undefined {
  if (!wanted) return '--no-pin asks for it';
  if (availableParallelism() < 2) return 'this machine has one core';
  const works = (core: string) =>
    spawnSync('taskset', ['-c', core, 'true'], { stdio: 'ignore' }).status === 0;
  return works('0') && works('1') ? undefined : 'taskset cannot pin to cores 0 and 1';
}
