import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address } from '@gev/core';
import type { Peer, PeerNetwork, PeerServer } from './target.js';

/** Peers that are plain node:net sockets. */
export class NetPeers implements PeerNetwork {
  readonly #sockets = new Set<Socket>();
  readonly #servers = new Set<Server>();

  async dial(address: Address): Promise<Peer> {
    const socket = connect({ ...toNet(address), allowHalfOpen: true, noDelay: true });
    const peer = this.#adopt(socket);
    await once(socket, 'connect');
    peer.begin();
    return peer;
  }

  async serve(address: Address): Promise<PeerServer> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const arrived: NetPeer[] = [];
    server.on('connection', (socket) => {
      const peer = this.#adopt(socket);
      peer.begin();
      arrived.push(peer);
    });
    this.#servers.add(server);
    server.listen({ ...toNet(address), exclusive: true });
    await once(server, 'listening');
    return {
      address: boundTo(server, address),
      accept: async () => {
        if (arrived.length === 0) await once(server, 'connection');
        const peer = arrived.shift();
        if (!peer) throw new Error('two waited for one connection');
        return peer;
      },
      close: async () => {
        server.close();
        this.#servers.delete(server);
      },
    };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #adopt(socket: Socket): NetPeer {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return new NetPeer(socket);
  }
}

class NetPeer implements Peer {
  local: Address = { transport: 'unix', path: '' };
  receivedLength = 0;
  ended = false;
  failed = false;
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', () => {
      this.failed = true;
    });
  }

  /** The socket is connected: its address is known, reading starts. */
  begin(): void {
    const { localAddress: host, localPort: port } = this.#socket;
    if (host && port) this.local = { transport: 'tcp', host, port };
    this.#socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.receivedLength += chunk.length;
    });
  }

  received(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

function toNet(address: Address): { path: string } | { host: string; port: number } {
  if (address.transport === 'unix') return { path: address.path };
  return { host: address.host, port: address.port };
}

function boundTo(server: Server, asked: Address): Address {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return asked;
  return { transport: 'tcp', host: bound.address, port: bound.port };
}
