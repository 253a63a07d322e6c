import { unlink } from 'node:fs/promises';
import {
  connect,
  createServer,
  type ListenOptions as NetListenOptions,
  type Server,
} from 'node:net';
import { type Address, formatAddress, type ListenOptions, systemError } from '@gev/core';

/** The contract's default of {@link ListenOptions.backlog}. */
export const DEFAULT_BACKLOG = 4096;

/**
 * Opens a server whose sockets are neither read nor half closed by node:net.
 *
 * A unix path that nobody answers is what a process that died left behind: it is removed and
 * taken over, as most servers do.
 *
 * @throws GevError (rejects with) what {@link systemError} makes of the failure
 */
export async function openServer(address: Address, options: ListenOptions): Promise<Server> {
  try {
    return await listenOnce(address, options);
  } catch (error) {
    if (address.transport === 'unix' && errnoName(error) === 'EADDRINUSE') {
      if (await isStale(address.path)) {
        await unlink(address.path).catch(() => undefined);
        return await listenOnce(address, options).catch((again) => fail(again, address));
      }
    }
    return fail(error, address);
  }
}

/** Where a server listens, with its port. */
export function addressOf(server: Server, asked: Address): Address {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return asked;
  return { transport: 'tcp', host: bound.address, port: bound.port };
}

function listenOnce(address: Address, options: ListenOptions): Promise<Server> {
  const keepAlive = options.keepAlive ?? 0;
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay: options.noDelay ?? true,
    keepAlive: keepAlive > 0,
    keepAliveInitialDelay: keepAlive,
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(netOptions(address, options), () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}

function netOptions(address: Address, options: ListenOptions): NetListenOptions {
  const shared = {
    backlog: options.backlog ?? DEFAULT_BACKLOG,
    // In a cluster the primary would else own the socket and hand connections around.
    exclusive: true,
  };
  if (address.transport === 'unix') return { ...shared, path: address.path };
  const { host, port } = address;
  const ipv6Only = options.ipv6Only ?? false;
  const tcp = { ...shared, host, port, ipv6Only };
  // Node before 22.12 does not know the option, and @types/node 20 does not either.
  return options.reusePort ? Object.assign(tcp, { reusePort: true }) : tcp;
}

function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => resolve(errnoName(error) === 'ECONNREFUSED'));
  });
}

function fail(error: unknown, address: Address): never {
  throw systemError(errnoName(error) ?? 'EIO', 'listen', formatAddress(address));
}

function errnoName(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
