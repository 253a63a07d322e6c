import type { Address } from './address.js';
import type { BatchMemory } from './batch/memory.js';

/** What a poller can do; the conformance suite and the layers above ask here first. */
export interface PollerSupports {
  /** Connections can move to a poller in another thread (`handOver`, `release` and `adopt`). */
  readonly handOff: boolean;
  /** Several listeners may share one port (SO_REUSEPORT). */
  readonly reusePort: boolean;
  readonly unixSockets: boolean;
  /** A peer's end of sending and ours are separate. */
  readonly halfClose: boolean;
  /** `sendBufferSize` and `receiveBufferSize` have an effect. */
  readonly socketOptions: boolean;
}

/** Options of every socket: accepted by a listener, or connected. */
export interface SocketOptions {
  /** Send small segments at once (TCP_NODELAY). Default true. */
  readonly noDelay?: boolean;
  /** Idle milliseconds before keep-alive probes start; 0 turns them off. Default 0. */
  readonly keepAlive?: number;
  /** SO_SNDBUF in bytes; the kernel's own choice when absent. */
  readonly sendBufferSize?: number;
  /** SO_RCVBUF in bytes; the kernel's own choice when absent. */
  readonly receiveBufferSize?: number;
}

/** Options of a listener and of the sockets that it accepts. */
export interface ListenOptions extends SocketOptions {
  /** Connections that the kernel holds until they are accepted. Default 4,096. */
  readonly backlog?: number;
  /** Share the port with other listeners (SO_REUSEPORT). Default false. */
  readonly reusePort?: boolean;
  /** On `[::]`, leave IPv4 alone (IPV6_V6ONLY). Default false. */
  readonly ipv6Only?: boolean;
}

/** A listener that was opened. */
export interface Listening {
  readonly handle: number;
  /** Where it really listens: the port is never 0. */
  readonly address: Address;
}

/**
 * What became of a connection that was handed over: `taken`, its poller has it now; `gone`, no such
 * poller is there; `full`, 1,024 connections wait there already for it to take them in.
 */
export type HandOverResult = 'taken' | 'full' | 'gone';

/** Who takes a poller's batches: the event loop. */
export interface PollerSink {
  /**
   * Called once a batch, on the poller's thread, with the number of rows in `memory.events`.
   * Rows and input bytes are valid until it returns. It must not throw.
   */
  onBatch(rows: number): void;
}

/**
 * Sockets and readiness behind one batch callback. Handles, not descriptors, so that node:net can
 * satisfy it; `data` arrives by {@link BatchMemory}, and everything that is done to a connection
 * (write, shut down, close, pause) is an order row, carried out by {@link Poller.flush}.
 *
 * Thread rule: every call on the thread that made the poller.
 */
export interface Poller {
  /** `epoll`, `kqueue`, `node`, `memory` ... */
  readonly name: string;
  readonly supports: PollerSupports;
  readonly memory: BatchMemory;
  /**
   * This poller's own name for the other threads of the process: a positive whole number, unique in
   * the process and never used again.
   */
  readonly mailbox: number;

  /** Starts delivering to `sink`. Once only. */
  start(sink: PollerSink): void;

  /**
   * Opens a listener; a host must be an IP literal.
   *
   * @throws GevError (rejects with) `ERR_GEV_ADDRESS_IN_USE`, `ERR_GEV_ACCESS`,
   * `ERR_GEV_ADDRESS_NOT_AVAILABLE`, `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO`
   */
  listen(address: Address, options?: ListenOptions): Promise<Listening>;

  /**
   * Begins an outbound connection and gives its handle at once; a `connected` or a `closed` row
   * follows. A host must be an IP literal.
   *
   * @throws GevError `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO`
   */
  connect(address: Address, options?: SocketOptions): number;

  /**
   * Carries out the first `orders` rows of `memory.orders`, one send a connection, and returns
   * the number of rows in `memory.results` (`closed` and `backlog`). Orders for a handle that is
   * gone are passed over. Never calls the sink.
   */
  flush(orders: number): number;

  /**
   * The peer's address, or undefined when the handle is gone. While a batch is read, also that of a
   * handle which its rows tell to have failed (`closed` with an errno, `adoptFailed`).
   */
  remoteAddress(handle: number): Address | undefined;

  /** This side's address, or undefined when the handle is gone. */
  localAddress(handle: number): Address | undefined;

  /**
   * Bytes of memory that a connection's unsent bytes are kept in: at least as many as those, 0 when there
   * are none or the handle is gone. To be looked at now and then, not in every batch.
   */
  queueCapacity(handle: number): number;

  /**
   * Gives a connection away: forgets the handle and returns its descriptor, now the caller's to
   * adopt elsewhere or to close. Only with nothing unsent.
   *
   * @throws GevError `ERR_GEV_UNSUPPORTED`, `ERR_GEV_CLOSED`, `ERR_GEV_POLLER_STATE`
   */
  release(handle: number): number;

  /**
   * Takes over a connected descriptor and returns its handle.
   *
   * @throws GevError `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO`
   */
  adopt(descriptor: number): number;

  /**
   * Gives an established connection to the poller that owns `mailbox`, in whatever thread: here the
   * handle is forgotten, there an `adopted` row with `tag` (32 bits) comes, once that poller has a
   * handle free. Only with nothing unsent. Unless it is `taken`, the connection stays here as it was.
   *
   * @throws GevError `ERR_GEV_UNSUPPORTED`, `ERR_GEV_CLOSED`, `ERR_GEV_POLLER_STATE`,
   * `ERR_GEV_INVALID_OPTION`, `ERR_GEV_IO` (no memory)
   */
  handOver(handle: number, mailbox: number, tag: number): HandOverResult;

  /**
   * Copies the bytes as one letter into a mailbox. Letters of one sender keep their order. False when
   * that poller is gone, or when with this letter (and the few bytes that each takes by itself) more
   * than 64 MiB would wait there to be received: both where the poller can tell. node-poller's mailbox
   * has no cap, and it cannot see who is there.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` for what is no Uint8Array, `ERR_GEV_IO` (no memory)
   */
  post(mailbox: number, bytes: Uint8Array): boolean;

  /**
   * Takes the letters that wait, oldest first, also those that no `mail` row has told of yet; each is the
   * caller's own.
   */
  receive(): Uint8Array[];

  /** Closes every handle at once and delivers nothing more. May be called again. */
  stop(): void;
}
