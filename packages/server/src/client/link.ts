import {
  type Address,
  type CloseReason,
  type Connection,
  formatAddress,
  GevError,
  messageOf,
} from '@gev/core';
import { Backoff } from '@gev/loop';
import type { ConnectionGroup } from '../connection-group.js';
import { tellError } from '../diagnostics.js';
import type { ServerErrorCode } from '../error-codes.js';
import { isLiteral, resolveHost } from '../resolve-host.js';
import type { TcpConnection } from '../tcp-connection.js';
import { traceClient } from '../trace.js';
import type { CheckedConnect, Retrying } from './client-options.js';
import { Connector, timeoutError } from './connector.js';

/** Ends that our own side wanted: nobody wants the connection again. */
const OURS: ReadonlySet<CloseReason> = new Set([
  'local-closed',
  'local-destroyed',
  'server-closing',
]);

/** Milliseconds that a connection has to stand for its end to count as the first again. */
const STEADY = 10_000;

/**
 * What one `connect` call asked for, as long as it lasts: the attempts, the connection, and, with
 * `reconnect`, the connections that follow it.
 */
export class Link<In, Out, Context> {
  readonly #checked: CheckedConnect;
  readonly #group: ConnectionGroup<In, Out, Context>;
  readonly #signal: AbortSignal | undefined;
  readonly #onOver: () => void;
  readonly #onAbort = () => {
    this.giveUp(abortError(this.#signal?.reason));
    this.#connection?.destroy();
  };
  #connector: Connector<In, Out, Context> | undefined;
  #connection: TcpConnection<In, Out, Context> | undefined;
  #standsSince = 0;
  /** The waits before reconnecting: they grow while connections are dropped soon. */
  readonly #waits: Backoff | undefined;
  /** Ends what is waited for: the next attempt, or the address of a host. */
  #wake: (() => void) | undefined;
  /** Why there are no more attempts. */
  #ended: GevError | undefined;
  #isOver = false;

  /** @param onOver called once, when nothing of the link is left */
  constructor(
    checked: CheckedConnect,
    group: ConnectionGroup<In, Out, Context>,
    signal: AbortSignal | undefined,
    onOver: () => void,
  ) {
    this.#checked = checked;
    this.#group = group;
    this.#signal = signal;
    this.#onOver = onOver;
    this.#waits = checked.reconnect && new Backoff(checked.reconnect.backoff);
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  /** Connects; rejects when every attempt has failed. */
  async establish(): Promise<Connection<Out, Context>> {
    try {
      const { retries, backoff } = this.#checked.retry;
      return await this.#attempts(retries, new Backoff(backoff));
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Told that `onClose` of the link's connection has its turn. */
  connectionEnded(reason: CloseReason): void {
    this.#connection = undefined;
    traceClient('%s: the connection ended: %s', this.#name, reason);
    const { reconnect } = this.#checked;
    const waits = this.#waits;
    if (reconnect === undefined || waits === undefined || this.#ended || OURS.has(reason)) {
      this.#finish();
      return;
    }
    if (this.#group.loop.now - this.#standsSince >= STEADY) waits.reset();
    void this.#reconnect(reconnect, waits);
  }

  /** No more attempts, for this reason; a connection that stands is left. */
  giveUp(error: GevError): void {
    this.#ended ??= error;
    this.#connector?.abort(error);
    this.#wake?.();
  }

  get #name(): string {
    return formatAddress(this.#checked.address);
  }

  async #reconnect({ retries }: Retrying, waits: Backoff): Promise<void> {
    try {
      // The wait before the first attempt, too: a peer that takes and drops is not hammered.
      await this.#wait(waits.next());
      await this.#attempts(retries, waits);
    } catch (error) {
      if (this.#ended === undefined) {
        tellError(error);
        this.#checked.logger.error(
          { address: this.#name, err: error },
          'reconnecting was given up',
        );
      }
      this.#finish();
    }
  }

  async #attempts(retries: number, waits: Backoff): Promise<TcpConnection<In, Out, Context>> {
    for (let failures = 1; ; failures += 1) {
      if (this.#ended) throw this.#ended;
      try {
        return await this.#attempt();
      } catch (error) {
        if (this.#ended) throw this.#ended;
        traceClient('%s: attempt %d failed: %s', this.#name, failures, messageOf(error));
        tellError(error);
        if (failures > retries) throw connectError(this.#checked, failures, error);
      }
      await this.#wait(waits.next());
    }
  }

  /** One attempt; looking up the host and connecting have the time-out together. */
  async #attempt(): Promise<TcpConnection<In, Out, Context>> {
    const { address, socket, timeout } = this.#checked;
    const started = performance.now();
    const literal = await this.#lookUp(address, timeout);
    if (this.#ended) throw this.#ended;
    const left = Math.max(1, Math.ceil(timeout - (performance.now() - started)));
    try {
      return await new Promise((resolve, reject) => {
        this.#connector = new Connector(this.#group, literal, socket, left, {
          onEstablished: (connection) => {
            this.#stand(connection);
            if (this.#ended) reject(this.#ended);
            else resolve(connection);
          },
          onFailed: reject,
        });
      });
    } finally {
      this.#connector = undefined;
    }
  }

  #stand(connection: TcpConnection<In, Out, Context>): void {
    this.#connection = connection;
    traceClient('%s: connected', this.#name);
    this.#standsSince = this.#group.loop.now;
    // Its own onConnect aborted.
    if (this.#ended) connection.destroy();
  }

  /** The address with an IP literal; a resolver that is slow cannot be stopped, only left behind. */
  async #lookUp(address: Address, timeout: number): Promise<Address> {
    if (isLiteral(address)) return address;
    const found = resolveHost(address);
    const gaveUp = this.#wait(timeout).then(() => {
      throw this.#ended ?? timeoutError(address, timeout);
    });
    gaveUp.catch(() => {});
    try {
      return await Promise.race([found, gaveUp]);
    } finally {
      this.#wake?.();
    }
  }

  async #wait(delay: number): Promise<void> {
    let wake: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      const timer = this.#group.loop.runAfter(delay, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
      this.#wake = wake;
    });
    if (this.#wake === wake) this.#wake = undefined;
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onOver();
  }
}

function connectError(
  { address }: CheckedConnect,
  attempts: number,
  cause: unknown,
): GevError<ServerErrorCode> {
  const times = attempts === 1 ? '' : ` in ${attempts} attempts`;
  return new GevError(
    'ERR_GEV_CONNECT',
    `no connection to ${formatAddress(address)}${times}: ${messageOf(cause)}`,
    { cause },
  );
}

function abortError(reason: unknown): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_ABORTED', 'connecting was aborted by its signal', { cause: reason });
}
