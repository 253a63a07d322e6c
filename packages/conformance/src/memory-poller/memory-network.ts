import { type Address, formatAddress, type HandOverResult, systemError } from '@gev/core';
import type { Endpoint } from './endpoint.js';
import type { MemoryArrivals } from './memory-arrivals.js';
import type { MemoryListener } from './memory-listener.js';
import type { MemoryMailbox } from './memory-mailbox.js';

/** Options of a {@link MemoryNetwork}. */
export interface MemoryNetworkOptions {
  /** Bytes that fit between two ends, each way, before the writer has to wait. Default 64 KiB. */
  readonly capacity?: number;
}

/** Where ephemeral ports begin (RFC 6335, section 6). */
const FIRST_PORT = 49_152;
const LAST_PORT = 65_535;
/** Far from those of the process, which must not be taken for one. */
const FIRST_DESCRIPTOR = 2 ** 30;

/**
 * The ground that memory pollers listen and connect on: pollers made with the same network reach
 * each other, nobody else does. Nothing outside the process is touched.
 *
 * @example
 * const network = new MemoryNetwork();
 * const server = new MemoryPoller(network);
 * const client = new MemoryPoller(network);
 */
export class MemoryNetwork {
  /** Bytes that fit between two ends, each way. */
  readonly capacity: number;
  /** How often unsent bytes were handed over: one a connection and flush, as with send(2). */
  sends = 0;
  readonly #listeners = new Map<string, MemoryListener>();
  /** Who receives what is sent to a mailbox. */
  readonly #mailboxes = new Map<number, { mailbox: MemoryMailbox; arrivals: MemoryArrivals }>();
  /** Connections between `release` and `adopt`. */
  readonly #released = new Map<number, Endpoint>();
  #nextPort = FIRST_PORT;
  #nextDescriptor = FIRST_DESCRIPTOR;

  constructor(options: MemoryNetworkOptions = {}) {
    this.capacity = options.capacity ?? 64 * 1024;
  }

  /** The address with a port that nobody has, where `address` asks for any. */
  resolve(address: Address): Address {
    if (address.transport === 'unix' || address.port !== 0) return address;
    return { ...address, port: this.takePort() };
  }

  /** A port for a listener on port 0, or for the near end of a connection. */
  takePort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === LAST_PORT ? FIRST_PORT : port + 1;
    return port;
  }

  /** Who would answer a connection to `address`: also a listener on every interface. */
  find(address: Address): MemoryListener | undefined {
    const exact = this.#listeners.get(formatAddress(address));
    if (exact || address.transport === 'unix') return exact;
    const { port } = address;
    return (
      this.#listeners.get(formatAddress({ transport: 'tcp', host: '0.0.0.0', port })) ??
      this.#listeners.get(formatAddress({ transport: 'tcp', host: '::', port }))
    );
  }

  add(listener: MemoryListener): void {
    this.#listeners.set(formatAddress(listener.address), listener);
  }

  remove(listener: MemoryListener): void {
    const name = formatAddress(listener.address);
    if (this.#listeners.get(name) === listener) this.#listeners.delete(name);
  }

  addMailbox(mailbox: MemoryMailbox, arrivals: MemoryArrivals): void {
    this.#mailboxes.set(mailbox.id, { mailbox, arrivals });
  }

  removeMailbox(mailbox: MemoryMailbox): void {
    this.#mailboxes.delete(mailbox.id);
  }

  /** Delivers a copy; false when nobody is there. */
  post(mailbox: number, bytes: Uint8Array): boolean {
    const receiver = this.#mailboxes.get(mailbox);
    receiver?.mailbox.receive(bytes.slice());
    return receiver !== undefined;
  }

  /** Gives an end to the poller with that mailbox, unless it is gone or takes no more. */
  handOver(mailbox: number, end: Endpoint, tag: number): HandOverResult {
    const arrivals = this.#mailboxes.get(mailbox)?.arrivals;
    if (!arrivals) return 'gone';
    if (arrivals.full) return 'full';
    arrivals.add(end.moveOut(), tag);
    return 'taken';
  }

  /** Keeps an end that its poller gave away; gives what it is adopted by. */
  release(end: Endpoint): number {
    const descriptor = this.#nextDescriptor;
    this.#nextDescriptor += 1;
    this.#released.set(descriptor, end.moveOut());
    return descriptor;
  }

  /**
   * Has `take` give a handle to the end that was released with that descriptor.
   *
   * @throws GevError `ERR_GEV_IO`
   */
  adopt(descriptor: number, take: (end: Endpoint) => number): number {
    const end = this.#released.get(descriptor);
    if (!end) throw systemError('EBADF', 'adopt', `descriptor ${descriptor}`);
    const handle = take(end);
    this.#released.delete(descriptor);
    return handle;
  }
}
