import { readdirSync, readFileSync } from 'node:fs';

/** Open descriptors of a process: its handles, as the kernel counts them. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** CPU time of all threads. */
export interface CpuTime {
  /** utime + stime of proc(5), in units of 10 ms. */
  readonly ticks: number;
  /** The scheduler's exact count; NaN on a kernel without schedstat. */
  readonly microseconds: number;
}

export function cpuTime(pid: number): CpuTime {
  return { ticks: ticks(pid), microseconds: microseconds(pid) };
}

function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the program's name, may hold spaces; it ends at the last ')'.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function microseconds(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
      .map((line) => Number(line.split(' ')[0]) / 1_000)
      .reduce((sum, value) => sum + value, 0);
  } catch {
    return Number.NaN;
  }
}
