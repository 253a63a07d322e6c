import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { MemoryReport } from './serve.js';
import type { LoopsReport } from './servers/gev-loops.js';

/** How the first line of every server begins. */
const LISTENING = 'listening ';

/** Milliseconds for a server to start, to end, or to answer. */
const PATIENCE = 15_000;

/** A peer as a child process, from its first line to its exit code. */
export class PeerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown>;
  /** By how the awaited line begins. */
  readonly #waiting = new Map<string, (line: string) => void>();
  #stderr = '';
  #port = 0;

  readonly #kill = () => {
    this.#child.kill('SIGKILL');
  };

  private constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { env: { ...process.env, ...env } });
    this.#exit = once(this.#child, 'exit').catch((error: Error) => {
      this.#stderr += error.message;
    });
    // A runner that is interrupted leaves no server behind.
    process.on('exit', this.#kill);
    this.#child.on('exit', () => process.off('exit', this.#kill));
    this.#child.stdin.end();
    this.#child.stderr.on('data', (text) => {
      this.#stderr += text;
    });
    createInterface(this.#child.stdout).on('line', (line) => this.#take(line));
  }

  /** Starts the command and waits for its line `listening tcp://127.0.0.1:PORT`. */
  static async start(
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<PeerProcess> {
    const peer = new PeerProcess(command, env);
    try {
      peer.#port = Number(new URL((await peer.#answer(LISTENING)).slice(LISTENING.length)).port);
    } catch (error) {
      peer.#kill();
      throw error;
    }
    return peer;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  /** Lets the server collect its garbage and returns what is left in use, in bytes. */
  async memory(): Promise<MemoryReport> {
    const answer = this.#answer('{');
    this.#child.kill('SIGUSR2');
    return JSON.parse(await answer) as MemoryReport;
  }

  /** What each loop of the server has done since it was asked last; `gev-loops` only. */
  async loops(): Promise<LoopsReport> {
    const answer = this.#answer('[');
    this.#child.kill('SIGHUP');
    const [report] = JSON.parse(await answer) as [LoopsReport];
    return report;
  }

  /**
   * Ends the server with SIGTERM, and with SIGKILL if it does not obey. Rejects with what the
   * server said when it had ended by itself, or ends with anything but 0.
   */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      throw this.#failure('ended before it was told to');
    }
    this.#child.kill('SIGTERM');
    const timer = setTimeout(this.#kill, PATIENCE);
    await this.#exit;
    clearTimeout(timer);
    if (this.#child.exitCode !== 0) throw this.#failure('did not end with 0 on SIGTERM');
  }

  #take(line: string): void {
    for (const [start, resolve] of this.#waiting) {
      if (!line.startsWith(start)) continue;
      this.#waiting.delete(start);
      resolve(line);
    }
  }

  /** The next line that begins with `start`. */
  async #answer(start: string): Promise<string> {
    const line = new Promise<string>((resolve) => this.#waiting.set(start, resolve));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, PATIENCE, 'late');
    });
    const first = await Promise.race([line.then((text) => ({ text })), this.#exit, late]);
    clearTimeout(timer);
    if (typeof first === 'object' && first !== null && 'text' in first) return String(first.text);
    throw this.#failure(
      first === 'late' ? `gave no '${start}' in time` : `ended before '${start}'`,
    );
  }

  #failure(what: string): Error {
    const command = this.#child.spawnargs.join(' ');
    return new Error(`the server ${what}: ${command}\n${this.#stderr.trim()}`);
  }
}
