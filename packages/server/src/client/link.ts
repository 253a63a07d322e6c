import { type CloseReason, type Connection, formatAddress, GevError } from '@gev/core';
import { Backoff } from '@gev/loop';
import type { ConnectionGroup } from '../connection-group.js';
import type { ServerErrorCode } from '../error-codes.js';
import { resolveHost } from '../resolve-host.js';
import type { TcpConnection } from '../tcp-connection.js';
import type { CheckedConnect, Retrying } from './client-options.js';
import { Connector } from './connector.js';

/** Ends that our own side wanted: nobody wants the connection again. */
const OURS: ReadonlySet<CloseReason> = new Set([
  'local-closed',
  'local-destroyed',
  'server-closing',
]);

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
  /** Ends the wait between two attempts. */
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
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  /** Connects; rejects when every attempt has failed. */
  async establish(): Promise<Connection<Out, Context>> {
    try {
      return await this.#attempts(this.#checked.retry);
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Told that `onClose` of the link's connection has its turn. */
  connectionEnded(reason: CloseReason): void {
    this.#connection = undefined;
    const { reconnect } = this.#checked;
    if (reconnect === undefined || this.#ended || OURS.has(reason)) this.#finish();
    else void this.#reconnect(reconnect);
  }

  /** No more attempts, for this reason; a connection that stands is left. */
  giveUp(error: GevError): void {
    this.#ended ??= error;
    this.#connector?.abort(error);
    this.#wake?.();
  }

  async #reconnect(retrying: Retrying): Promise<void> {
    try {
      // The wait before the first attempt, too: a peer that takes and drops is not hammered.
      await this.#wait(new Backoff(retrying.backoff).next());
      await this.#attempts(retrying);
    } catch (error) {
      if (this.#ended === undefined) {
        const address = formatAddress(this.#checked.address);
        this.#checked.logger.error({ address, error }, 'reconnecting was given up');
      }
      this.#finish();
    }
  }

  async #attempts({
    retries,
    backoff: options,
  }: Retrying): Promise<TcpConnection<In, Out, Context>> {
    const backoff = new Backoff(options);
    for (;;) {
      if (this.#ended) throw this.#ended;
      try {
        return await this.#attempt();
      } catch (error) {
        if (this.#ended) throw this.#ended;
        if (backoff.attempts >= retries)
          throw connectError(this.#checked, backoff.attempts + 1, error);
      }
      await this.#wait(backoff.next());
    }
  }

  async #attempt(): Promise<TcpConnection<In, Out, Context>> {
    const { address, socket, timeout } = this.#checked;
    const literal = await resolveHost(address);
    if (this.#ended) throw this.#ended;
    try {
      return await new Promise((resolve, reject) => {
        this.#connector = new Connector(this.#group, literal, socket, timeout, {
          onEstablished: (connection) => {
            this.#connection = connection;
            resolve(connection);
          },
          onFailed: reject,
        });
      });
    } finally {
      this.#connector = undefined;
    }
  }

  async #wait(delay: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#group.loop.runAfter(delay, resolve);
    });
    this.#wake = undefined;
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
  const why = cause instanceof Error ? cause.message : String(cause);
  const times = attempts === 1 ? '' : ` in ${attempts} attempts`;
  return new GevError(
    'ERR_GEV_CONNECT',
    `no connection to ${formatAddress(address)}${times}: ${why}`,
    { cause },
  );
}

function abortError(reason: unknown): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_ABORTED', 'connecting was aborted by its signal', { cause: reason });
}
