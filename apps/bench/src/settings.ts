import { parseArgs } from 'node:util';

/** What the scenarios can be told; each takes a part of it. Times in seconds. */
export interface Settings {
  /** How often each peer has its turn. */
  readonly turns: number;
  /** The measured window. */
  readonly seconds: number;
  readonly warmup: number;
  readonly connections: number;
  /** Bytes of a message; framed: of its body, protobuf: of its text. */
  readonly size: number;
  /** Messages in flight on each connection; broadcast: in all. */
  readonly depth: number;
  /** Connections under way at a time in a storm of connects. */
  readonly concurrency: number;
  /** Storms of connects on one server process. */
  readonly rounds: number;
  /** Requests of each kind; redis only. */
  readonly requests: number;
  /** Names of peers; empty: those that run by default. */
  readonly peers: readonly string[];
  readonly json: boolean;
  readonly pin: boolean;
}

export const SCENARIO_NAMES = [
  'echo',
  'framed',
  'protobuf',
  'websocket',
  'broadcast',
  'idle',
  'connects',
  'idle-cpu',
  'loops',
  'redis',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

type NumberName = {
  [Name in keyof Settings]: Settings[Name] extends number ? Name : never;
}[keyof Settings];

const LIMITS: Readonly<Record<NumberName, readonly [least: number, most: number]>> = {
  turns: [1, 1_000],
  seconds: [0.01, 3_600],
  warmup: [0, 3_600],
  connections: [1, 1_000_000],
  size: [1, 2 ** 20],
  depth: [1, 65_536],
  concurrency: [1, 1_000_000],
  rounds: [1, 1_000],
  requests: [1, 1_000_000_000],
};

const FALLBACK: Settings = {
  turns: 5,
  seconds: 3,
  warmup: 1,
  connections: 100,
  size: 64,
  depth: 1,
  concurrency: 512,
  rounds: 3,
  requests: 500_000,
  peers: [],
  json: false,
  pin: true,
};

/** The numbers that each scenario takes, with their defaults. */
const NUMBERS: Readonly<Record<ScenarioName, Partial<Record<NumberName, number>>>> = {
  echo: { turns: 5, seconds: 3, warmup: 1, connections: 100, size: 64 },
  framed: { turns: 5, seconds: 3, warmup: 1, connections: 100, size: 64, depth: 128 },
  protobuf: { turns: 5, seconds: 3, warmup: 1, connections: 100, size: 64, depth: 128 },
  websocket: { turns: 5, seconds: 3, warmup: 1, connections: 100, size: 64, depth: 1 },
  broadcast: { turns: 5, seconds: 3, warmup: 1, connections: 1_000, size: 1_024, depth: 1 },
  idle: { turns: 1, connections: 15_000 },
  connects: { rounds: 3, connections: 10_000, concurrency: 512, size: 64, seconds: 30 },
  'idle-cpu': { turns: 1, seconds: 5, connections: 100 },
  loops: { connections: 10_000, concurrency: 512, size: 64, seconds: 30 },
  redis: { turns: 5, requests: 500_000, connections: 50, depth: 16 },
};

/** A command line that cannot be obeyed: shown with the usage, exit code 2. */
export class UsageError extends Error {}

/** What is printed with a {@link UsageError}. */
export function usage(): string {
  const lines = SCENARIO_NAMES.map((name) => {
    const options = Object.entries(NUMBERS[name]).map(([key, value]) => `[--${key} ${value}]`);
    return `  ${name.padEnd(9)} ${options.join(' ')}`;
  });
  const rest = '  all take [--peers a,b] [--json] [--no-pin]';
  return ['usage: pnpm bench SCENARIO [options]', ...lines, rest].join('\n');
}

/** @throws UsageError */
export function readSettings(args: readonly string[]): {
  scenario: ScenarioName;
  settings: Settings;
} {
  const [first, ...rest] = args;
  const scenario = SCENARIO_NAMES.find((name) => name === first);
  if (scenario === undefined) {
    const what = first === undefined ? 'no scenario given' : `there is no scenario '${first}'`;
    throw new UsageError(`${what}: give one of ${SCENARIO_NAMES.join(', ')}`);
  }
  const names = Object.keys(NUMBERS[scenario]) as NumberName[];
  const values = parse(rest, names);
  const numbers = Object.fromEntries(
    names.map((name) => {
      const text = values[name];
      return [name, typeof text === 'string' ? toNumber(name, text) : NUMBERS[scenario][name]];
    }),
  );
  const peers = typeof values['peers'] === 'string' ? values['peers'].split(',') : [];
  const json = values['json'] === true;
  const pin = values['no-pin'] !== true;
  return { scenario, settings: { ...FALLBACK, ...numbers, peers, json, pin } };
}

function parse(args: readonly string[], names: readonly NumberName[]) {
  const numbers = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const options = {
    ...numbers,
    peers: { type: 'string' },
    json: { type: 'boolean' },
    'no-pin': { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function toNumber(name: NumberName, text: string): number {
  const [least, most] = LIMITS[name];
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = value >= least && value <= most;
  const isTime = name === 'seconds' || name === 'warmup';
  if (fits && (isTime || Number.isInteger(value))) return value;
  const kind = isTime ? 'a number' : 'a whole number';
  throw new UsageError(`--${name} is '${text}': give ${kind} from ${least} to ${most}`);
}
