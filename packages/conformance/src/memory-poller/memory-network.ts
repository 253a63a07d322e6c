import { type Address, formatAddress } from '@gev/core';
import type { MemoryListener } from './memory-listener.js';

/** Options of a {@link MemoryNetwork}. */
export interface MemoryNetworkOptions {
  /** Bytes that fit between two ends, each way, before the writer has to wait. Default 64 KiB. */
  readonly capacity?: number;
}

/** Where ephemeral ports begin (RFC 6335, section 6). */
const FIRST_PORT = 49_152;
const LAST_PORT = 65_535;

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
  /** Who receives the letters to a mailbox. */
  readonly #mailboxes = new Map<number, (letter: Uint8Array) => void>();
  #nextPort = FIRST_PORT;

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

  addMailbox(mailbox: number, receive: (letter: Uint8Array) => void): void {
    this.#mailboxes.set(mailbox, receive);
  }

  removeMailbox(mailbox: number): void {
    this.#mailboxes.delete(mailbox);
  }

  /** Delivers a copy; false when nobody is there. */
  post(mailbox: number, bytes: Uint8Array): boolean {
    const receive = this.#mailboxes.get(mailbox);
    receive?.(bytes.slice());
    return receive !== undefined;
  }
}
