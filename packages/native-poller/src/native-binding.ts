import type { Address, HandOverResult } from '@gev/core';

/** An address as the addon takes it: a path, or (with an empty path) a host and a port. */
export interface NativeEndpoint {
  readonly path: string;
  readonly host: string;
  readonly port: number;
}

/** Socket options with every value given; 0 is the kernel's own choice. */
export interface NativeSocketOptions {
  readonly noDelay: boolean;
  readonly keepAlive: number;
  readonly sendBufferSize: number;
  readonly receiveBufferSize: number;
}

export interface NativeListenOptions extends NativeSocketOptions {
  readonly backlog: number;
  readonly reusePort: boolean;
  readonly ipv6Only: boolean;
}

/**
 * One poller of the addon (native/binding.c). Failed system calls throw an Error with `errno`
 * and `syscall`, misuse an Error with a `code`.
 */
export interface NativePollerBinding {
  /** Unique in the process, never used again. */
  readonly mailbox: number;
  start(sink: (rows: number) => void): void;
  listen(endpoint: NativeEndpoint, options: NativeListenOptions): number;
  connect(endpoint: NativeEndpoint, options: NativeSocketOptions): number;
  adopt(descriptor: number): number;
  release(handle: number): number;
  handOver(handle: number, mailbox: number, tag: number): HandOverResult;
  post(mailbox: number, bytes: Uint8Array): boolean;
  receive(): Uint8Array[];
  /** Result rows; -1 when stopped, -2 when `orders` is out of range. */
  flush(orders: number): number;
  remoteAddress(handle: number): Address | undefined;
  localAddress(handle: number): Address | undefined;
  queueCapacity(handle: number): number;
  stop(): void;
}

/** What the addon takes of a `BatchMemory`. */
export interface NativeMemory {
  readonly arena: Uint8Array;
  readonly events: Int32Array;
  readonly orders: Int32Array;
  readonly results: Int32Array;
  readonly queued: Uint32Array;
  readonly inputSize: number;
  readonly readSize: number;
  readonly maxEvents: number;
  readonly maxOrders: number;
  readonly maxHandles: number;
  readonly lowWatermark: number;
}

/** The addon (native/binding.c). */
export interface NativeBinding {
  /** `epoll` or `kqueue`. */
  readonly name: string;
  /** Whether libuv can watch its descriptor; false for libkqueue. */
  readonly watchable: boolean;
  create(
    memory: NativeMemory,
    options: { readonly maxRounds: number; readonly thread: boolean },
  ): NativePollerBinding;
}
