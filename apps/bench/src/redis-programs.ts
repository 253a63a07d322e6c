import { spawnSync } from 'node:child_process';

/** Why a program of Debian's redis-tools or redis-server cannot be run, or undefined. */
export function whyNotRunnable(program: string, debianPackage: string): string | undefined {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error && `there is no ${program}: install the Debian package ${debianPackage}`;
}

/** Announces itself as every server does, and then becomes redis-server, with the same pid. */
const ANNOUNCE = 'echo "listening tcp://127.0.0.1:$0"; exec redis-server --port "$0" "$@"';

/** Of Redis, which stores nothing. It says that it listens a moment before it does. */
export function redisServerCommand(): readonly string[] | { readonly reason: string } {
  const reason = whyNotRunnable('redis-server', 'redis-server');
  if (reason !== undefined) return { reason };
  const options = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return ['sh', '-c', ANNOUNCE, String(freePort()), ...options];
}

const FREE_PORT = `const server = require('node:net').createServer();
server.listen(0, '127.0.0.1', () => { console.log(server.address().port); server.close(); });`;

/** Free a moment ago: redis-server takes no 0. */
function freePort(): number {
  return Number(spawnSync(process.execPath, ['-e', FREE_PORT], { encoding: 'utf8' }).stdout);
}
