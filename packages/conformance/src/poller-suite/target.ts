import type { Address, BatchOptions, Poller } from '@gev/core';

/** The other side of a connection: anything but the poller under test. */
export interface Peer {
  /** This side's own address: what the poller must name as remote. */
  readonly local: Address;
  /** Bytes that arrived so far. */
  readonly receivedLength: number;
  /** The poller's sending side has ended. */
  readonly ended: boolean;
  /** The connection was reset, or failed otherwise. */
  readonly failed: boolean;
  /** Everything that arrived so far, in one piece. */
  received(): Uint8Array;
  write(bytes: Uint8Array): void;
  /** Ends this side's sending, after what was written. */
  end(): void;
  /** Resets the connection. */
  reset(): void;
  /** Reads no more, so that the poller's bytes pile up. */
  pause(): void;
  resume(): void;
}

/** A listener on the peers' side. */
export interface PeerServer {
  readonly address: Address;
  /** The next connection. */
  accept(): Promise<Peer>;
  close(): Promise<void>;
}

/** Makes peers for one test and takes them away after it. */
export interface PeerNetwork {
  /** Resolves when the connection is established, whether or not the poller accepted it. */
  dial(address: Address): Promise<Peer>;
  serve(address: Address): Promise<PeerServer>;
  /** Ends every peer and server. */
  close(): Promise<void>;
}

/** The implementation under test and its surroundings. */
export interface PollerTarget {
  /** Makes a poller that is not started. */
  create(options?: BatchOptions): Poller;
  /** Where peers come from; `node:net` sockets when absent. */
  peers?(): PeerNetwork;
  /** Where to listen; `tcp://127.0.0.1:0` when absent. */
  address?(): Address;
  /** A unix address that nobody uses; a path in the folder for temporary files when absent. */
  unixAddress?(): Address;
  /** Whether `post` can tell that a mailbox is gone. Default true. */
  readonly knowsMailboxes?: boolean;
  /** Bytes that the volume test moves in all. Default 16 MiB. */
  readonly volume?: number;
  /** Milliseconds until something that should happen counts as missing. Default 10,000. */
  readonly patience?: number;
}
