import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Flavour } from './flavours.js';

/** How a child program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

export interface ChildOptions {
  readonly nodeOptions?: readonly string[];
  /** Descriptors that the child may have (ulimit -n). */
  readonly maxDescriptors?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program of test/programs in a process of its own, with the flavour in its environment. */
export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #reader: Interface;
  readonly #lines: string[] = [];
  readonly #exited: Promise<[number | null, NodeJS.Signals | null]>;
  #errors = '';

  constructor(program: string, { options }: Flavour, settings: ChildOptions = {}) {
    const file = fileURLToPath(new URL(`./programs/${program}.mjs`, import.meta.url));
    const command = [process.execPath, ...(settings.nodeOptions ?? []), file];
    const limit = settings.maxDescriptors;
    const limited = limit === undefined ? '' : `ulimit -n ${limit}; `;
    this.#process = spawn('/bin/sh', ['-c', `${limited}exec "$@"`, 'sh', ...command], {
      env: { ...process.env, ...settings.env, GEV_FLAVOUR: JSON.stringify(options) },
    });
    this.#exited = once(this.#process, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#reader = createInterface(this.#process.stdout);
    this.#reader.on('line', (line) => this.#lines.push(line));
    this.#process.stderr.on('data', (text) => {
      this.#errors += text;
    });
  }

  /** The first line that starts with `word`, without it. */
  async line(word: string): Promise<string> {
    for (;;) {
      const found = this.#lines.findIndex((line) => line.split(' ')[0] === word);
      if (found >= 0) return this.#lines.splice(found, 1)[0]!.slice(word.length + 1);
      const more = await Promise.race([
        once(this.#reader, 'line').then(() => true),
        this.#exited.then(() => false),
      ]);
      if (!more) throw new Error(`the child ended without '${word}': ${this.#errors}`);
    }
  }

  /** Sends one line to the program. */
  say(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  async end(): Promise<Ending> {
    const [code, signal] = await this.#exited;
    return { code, signal, lines: this.#lines, errors: this.#errors };
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  flavour: Flavour,
  settings?: ChildOptions,
): Promise<Ending> {
  return new Child(program, flavour, settings).end();
}
