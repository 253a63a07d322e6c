import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { nativeProgram } from './native-programs.js';

/** In what messages go to and fro. */
export type ExchangeMode = 'echo' | 'framed' | 'protobuf' | 'websocket' | 'broadcast';

/** What is held: TCP connections, or WebSockets that are open. */
export type HoldMode = 'hold' | 'hold-websocket';

/** Microseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What the load generator prints after these (native/report.c). */
export interface ExchangeResult {
  readonly seconds: number;
  /** Whole, as they came back; broadcast: deliveries. */
  readonly messages: number;
  readonly messagesPerSecond: number;
  /** Replies that were not what was sent. */
  readonly errors: number;
  /** Connections that ended before the load did. */
  readonly lost: number;
  /** Connections that got no reply in the whole window. */
  readonly silent: number;
  readonly loadCpuSeconds: number;
  /** These four with `pid` only: all threads, and children with theirs. */
  readonly serverCpuSeconds?: number;
  /** In ticks of 10 ms: how the CPU time splits, not how much it is. */
  readonly serverUserSeconds?: number;
  readonly serverSystemSeconds?: number;
  readonly serverCpuMicrosecondsPerMessage?: number;
  readonly latency: Latency;
}

/** What it prints after `connects` (native/connects.c). */
export interface ConnectsResult {
  readonly seconds: number;
  readonly connections: number;
  readonly concurrency: number;
  readonly served: number;
  readonly lost: number;
  readonly errors: number;
  readonly connectsPerSecond: number;
  readonly latency: Latency;
}

/** Options of the load generator by their names on its command line. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly size?: number;
  readonly depth?: number;
  /** Of `connects`: connections under way at a time. */
  readonly concurrency?: number;
  readonly seconds?: number;
  readonly warmup?: number;
  /** The server's process, whose CPU time in the window is wanted. */
  readonly pid?: number;
}

type Wrap = (command: readonly string[]) => readonly string[];
type Load = ChildProcessByStdio<Writable, Readable, Readable>;

/** Replies were wrong or connections were lost: the result stands on stdout and says how many. */
const EXIT_WRONG = 3;

/** Runs messages round until the window ends. @param wrap pins the process, see `Pinning` */
export function runExchange(
  mode: ExchangeMode,
  options: LoadOptions,
  wrap: Wrap,
): Promise<ExchangeResult> {
  return runToEnd(mode, options, wrap) as Promise<ExchangeResult>;
}

/** Connects, has one message echoed and closes, as fast as it goes, `concurrency` at a time. */
export function runConnects(options: LoadOptions, wrap: Wrap): Promise<ConnectsResult> {
  return runToEnd('connects', options, wrap) as Promise<ConnectsResult>;
}

/** Idle connections to a server, until `release`. */
export class HeldConnections {
  readonly #load: Load;
  readonly #lines: AsyncIterator<string>;

  private constructor(load: Load) {
    this.#load = load;
    this.#lines = createInterface(load.stdout)[Symbol.asyncIterator]();
  }

  /** Returns when all connections stand on the client's side. */
  static async open(
    options: LoadOptions,
    wrap: Wrap,
    mode: HoldMode = 'hold',
  ): Promise<HeldConnections> {
    const held = new HeldConnections(start(mode, options, wrap));
    const stderr = collect(held.#load.stderr);
    const { done } = await held.#lines.next();
    if (done === true) throw new Error(`the load generator failed: ${await stderr}`);
    return held;
  }

  /** Closes them all and returns how many the server had dropped meanwhile. */
  async release(): Promise<number> {
    const exit = once(this.#load, 'exit');
    this.#load.stdin.end();
    const { value } = await this.#lines.next();
    await exit;
    return (JSON.parse(String(value)) as { lost: number }).lost;
  }
}

function start(mode: string, options: LoadOptions, wrap: Wrap): Load {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const [program = '', ...rest] = wrap([nativeProgram('load'), mode, ...args]);
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
}

async function runToEnd(mode: string, options: LoadOptions, wrap: Wrap): Promise<unknown> {
  const load = start(mode, options, wrap);
  const [stdout, stderr, [code]] = await Promise.all([
    collect(load.stdout),
    collect(load.stderr),
    once(load, 'exit'),
  ]);
  if (code === 0 || code === EXIT_WRONG) return JSON.parse(stdout);
  throw new Error(`the load generator failed with exit code ${code}: ${stderr.trim()}`);
}

async function collect(stream: Readable): Promise<string> {
  let text = '';
  for await (const part of stream.setEncoding('utf8')) text += part;
  return text;
}
