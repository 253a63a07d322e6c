import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { until } from './example.js';

/** Why a program cannot be used, or undefined. */
export function whyNot(program: string, versionOption = '--version'): string | undefined {
  const { error } = spawnSync(program, [versionOption]);
  return error === undefined
    ? undefined
    : `there is no ${program} (Debian: redis-tools, redis-server)`;
}

/** The output of redis-cli. */
export function cli(port: number, args: readonly string[], input: string | Buffer = ''): string {
  const options = { input, encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60_000 } as const;
  const run = spawnSync('redis-cli', ['-p', String(port), ...args], options);
  if (run.status !== 0) throw new Error(`redis-cli ${args.join(' ')}: ${run.status} ${run.stderr}`);
  return run.stdout;
}

/** A real redis-server that stores nothing. */
export class RealRedis {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(): Promise<RealRedis> {
    const port = await freePort();
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    child.stdout.on('data', (text) => {
      log += text;
    });
    await until(
      () => log.includes('Ready to accept connections'),
      () => log,
    );
    return new RealRedis(child, port);
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

/** Free a moment ago: redis-server takes no 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
