import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** An example that runs as a child process, the way a user starts it. */
export class Example {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: string[] = [];
  stderr = '';
  #exit: Promise<unknown[]>;

  private constructor(name: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const file = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
    this.child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } });
    this.#exit = once(this.child, 'exit');
    createInterface(this.child.stdout).on('line', (line) => this.stdout.push(line));
    this.child.stderr.on('data', (text) => {
      this.stderr += text;
    });
  }

  /** Starts `dist/NAME.js` and waits for its line `listening ...`. */
  static async start(name: string, args: string[] = [], env = {}): Promise<Example> {
    const example = new Example(name, ['--port', '0', ...args], env);
    const deadline = performance.now() + 10_000;
    while (example.stdout.length === 0) {
      if (example.child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`${name} does not listen: ${example.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return example;
  }

  /** Runs an example that is expected to end by itself; returns its exit code. */
  static async run(name: string, args: string[]): Promise<{ code: unknown; stderr: string }> {
    const example = new Example(name, args, {});
    const [code] = await example.#exit;
    return { code, stderr: example.stderr };
  }

  get port(): number {
    return Number(/:(\d+)$/.exec(this.stdout[0] ?? '')?.[1]);
  }

  /** Sends a signal and returns the exit code. */
  async stop(signal: NodeJS.Signals): Promise<unknown> {
    this.child.kill(signal);
    const [code] = await this.#exit;
    return code;
  }
}
