import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const running = new Set<ChildProcessWithoutNullStreams>();

// A test that fails does not come to the end of what it started.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs `dist/NAME.js` with these arguments, until the test file is through at the latest. */
export function spawnExample(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcessWithoutNullStreams {
  const file = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** An example that runs as a child process, the way a user starts it. */
export class Example {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: string[] = [];
  stderr = '';
  #exit: Promise<unknown[]>;

  private constructor(name: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawnExample(name, args, env);
    this.#exit = once(this.child, 'close');
    createInterface(this.child.stdout).on('line', (line) => this.stdout.push(line));
    this.child.stderr.on('data', (text) => {
      this.stderr += text;
    });
  }

  /** Starts `dist/NAME.js` and waits for its line `listening ...`. */
  static start(name: string, args: string[] = [], env = {}): Promise<Example> {
    return Example.startBare(name, ['--port', '0', ...args], env);
  }

  /** The same, with these arguments and no others. */
  static async startBare(name: string, args: string[], env = {}): Promise<Example> {
    const example = new Example(name, args, env);
    const deadline = performance.now() + 10_000;
    while (example.stdout.length === 0) {
      if (example.child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`${name} does not listen: ${example.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return example;
  }

  /** Runs an example that is expected to end by itself; `stdout` in lines. */
  static async run(name: string, args: string[]) {
    const example = new Example(name, args, {});
    const [code] = (await example.#exit) as [number | null];
    return { code, stdout: example.stdout, stderr: example.stderr };
  }

  /** Connects so many clients, one after the other. */
  async connect(count: number): Promise<ExampleClient[]> {
    const clients: ExampleClient[] = [];
    for (let i = 0; i < count; i += 1) {
      const client = new ExampleClient(connect(this.port, '127.0.0.1'));
      await once(client.socket, 'connect');
      clients.push(client);
    }
    return clients;
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

/** A client that nobody here wrote: a socket of node:net. */
export class ExampleClient {
  text = '';
  closed = false;

  constructor(readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text) => {
      this.text += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  write(text: string): void {
    this.socket.write(text);
  }

  async heard(text: string): Promise<void> {
    await until(
      () => this.text.includes(text),
      () => `heard '${this.text}', not '${text}'`,
    );
  }
}

/** Waits for a condition; fails with a reason after ten seconds. */
export async function until(condition: () => boolean, reason = () => ''): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited for ${condition}: ${reason()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
