import {
  type Address,
  type CloseReason,
  type Connection,
  type GevError,
  handleOf,
  type SendOptions,
} from '@gev/core';
import type { Channel, Outbox } from '@gev/loop';
import {
  closedError,
  handlerError,
  isOutputLimit,
  outputLimitError,
  packError,
} from './connection-errors.js';
import type { ConnectionGroup } from './connection-group.js';
import { ConnectionIdentity } from './connection-identity.js';
import { Flag, State } from './connection-state.js';
import { FlushWaiters } from './flush-waiters.js';
import type { IdleWatch } from './idle-watch.js';

/**
 * The way out of a connection: packs what is sent into the loop's outbox, knows how much of it has not
 * left yet, and tells those who wait until it has.
 *
 * Its own methods are `private`, not `#`: a class with `#` methods marks each instance, which would be one
 * more word in every connection.
 */
export abstract class ConnectionOutput<In, Out, Context> extends ConnectionIdentity<Context> {
  protected readonly group: ConnectionGroup<In, Out, Context>;
  protected state: number = State.open;
  protected flags = 0;
  protected idle: IdleWatch | undefined = undefined;
  /** Bytes that wait in the outbox, if `#epoch` is still the outbox's. */
  #staged = 0;
  #epoch = -1;
  /** Bytes ever accepted by `send`. */
  #sent = 0;
  #waiters: FlushWaiters | undefined = undefined;

  /** @param listening the listener's address, until somebody asks for the exact local one */
  constructor(
    group: ConnectionGroup<In, Out, Context>,
    slot: number,
    generation: number,
    listening: Address,
  ) {
    const { loop, registry, makeContext } = group;
    super(loop, registry.nextId(), slot, generation, listening, makeContext());
    this.group = group;
  }

  /** The whole connection that this is a part of. */
  protected abstract readonly self: Connection<Out, Context> & Channel;
  /** Too much waits: reads no more until it has left. */
  protected abstract standBack(): void;
  protected abstract destroyFor(reason: CloseReason): void;
  protected abstract report(error: GevError): void;

  get closed(): boolean {
    return this.state >= State.closed;
  }

  get writeBufferLength(): number {
    if (this.closed) return 0;
    const { outbox, queued } = this.group.loop;
    const staged = this.#epoch === outbox.epoch ? this.#staged : 0;
    return queued[this.slot]! + staged;
  }

  /** Bytes of memory that those are kept in. */
  get writeBufferCapacity(): number {
    const length = this.writeBufferLength;
    if (length === 0) return 0;
    const { poller, queued } = this.group.loop;
    const staged = length - queued[this.slot]!;
    return staged + poller.queueCapacity(handleOf(this.slot, this.generation));
  }

  get bytesFlushed(): number {
    return this.#sent - this.writeBufferLength;
  }

  /**
   * Whether the kernel has left more than so many bytes. What waits for the next flush alone is offered to it
   * first: that tells nothing of how fast the peer reads.
   */
  isBehind(bytes: number): boolean {
    if (this.writeBufferLength <= bytes) return false;
    const { outbox, queued } = this.group.loop;
    if (queued[this.slot]! <= bytes) outbox.flush();
    return queued[this.slot]! > bytes;
  }

  /** Where its output waits for the next flush: the same for all connections of a loop. */
  get outbox(): Outbox {
    return this.group.loop.outbox;
  }

  /** For the loop: checked already while a message is packed. */
  get mostUnsent(): number {
    return this.group.limits.maxOutputBuffer;
  }

  get sendable(): boolean {
    return this.state === State.open && !this.is(Flag.writeEnded);
  }

  send(message: Out, options?: SendOptions): boolean {
    this.mustBeSendable();
    this.pack(message);
    return this.sentAll(options);
  }

  sendAll(messages: Iterable<Out>, options?: SendOptions): boolean {
    this.mustBeSendable();
    // Now, not at the end: what is packed before the iterable throws has to leave, too.
    this.group.loop.schedule();
    for (const message of messages) {
      // A message of the row may have passed the output cap and ended the connection.
      this.mustBeSendable();
      this.pack(message);
    }
    return this.sentAll(options);
  }

  /** Sends what a protocol packed before, as one message; see {@link send}. */
  sendPacked(bytes: Uint8Array): boolean {
    this.mustBeSendable();
    const { outbox } = this.group.loop;
    outbox.begin(this.slot, this.generation);
    try {
      outbox.write(bytes);
    } catch (error) {
      outbox.rollback();
      if (!isOutputLimit(error)) throw error;
      this.relieve();
      return false;
    }
    this.packed(outbox.end());
    return this.sentAll(undefined);
  }

  /** Sends `size` bytes that the outbox shares at `offset`, as one message; see {@link send}. */
  sendShared(offset: number, size: number): boolean {
    this.mustBeSendable();
    this.outbox.sendShared(this.slot, this.generation, offset, size);
    this.packed(size);
    return this.sentAll(undefined);
  }

  /** True when any of the flags is set. */
  protected is(flags: number): boolean {
    return (this.flags & flags) !== 0;
  }

  protected pack(message: Out): void {
    const { loop, protocol } = this.group;
    const { outbox } = loop;
    outbox.begin(this.slot, this.generation);
    try {
      protocol.pack(message, outbox, this.self);
    } catch (error) {
      const isWhole = outbox.rollback();
      if (isOutputLimit(error)) {
        this.relieve();
        return;
      }
      // A part of it is on its way, so what follows would be garbage to the peer.
      if (!isWhole) this.destroyFor('handler-error');
      throw packError(message, error, (rejection) => this.report(handlerError(rejection)));
    }
    this.packed(outbox.end());
  }

  /** Tells those who wait for bytes that have left. */
  protected tellFlushed(): void {
    this.#waiters?.settle(this.bytesFlushed);
  }

  /** Notes for the end what has left: everything, nothing, or all but what is still here. Tells nobody. */
  protected noteFlushed(what: 'all' | 'none' | 'rest-is-here'): void {
    if (what === 'none') this.#waiters?.confirm(0);
    else this.#waiters?.confirm(this.#sent - (what === 'all' ? 0 : this.writeBufferLength));
  }

  /** The end: tells all who still wait, each by way of `contain`. */
  protected endOutput(reason: CloseReason, contain: (callback: () => void) => void): void {
    this.#waiters?.finish(closedError(`it ended: ${reason}`), contain);
  }

  /** Accounts for `size` bytes that were put into the outbox. */
  private packed(size: number): void {
    const { loop, limits } = this.group;
    const { outbox } = loop;
    this.idle?.sent();
    if (this.#epoch !== outbox.epoch) {
      this.#epoch = outbox.epoch;
      this.#staged = 0;
    }
    this.#staged += size - outbox.handedOver;
    this.#sent += size;
    if (this.#staged + loop.queued[this.slot]! > limits.highWatermark) {
      this.relieve();
    }
  }

  /** Much waits: lets the kernel take what it will now, and judges by what it leaves. */
  private relieve(): void {
    const { loop, limits } = this.group;
    loop.outbox.flush();
    const queued = loop.queued[this.slot]!;
    if (queued > limits.maxOutputBuffer) {
      this.report(outputLimitError(queued, limits.maxOutputBuffer));
      this.destroyFor('output-limit');
    } else if (queued > limits.highWatermark) {
      this.standBack();
    }
  }

  private sentAll(options: SendOptions | undefined): boolean {
    const { loop } = this.group;
    if (options?.onFlushed) {
      this.#waiters ??= new FlushWaiters();
      this.#waiters.add(this.#sent, options.onFlushed);
      loop.afterFlush(this.self);
    }
    loop.schedule();
    return !this.is(Flag.needsDrain);
  }

  private mustBeSendable(): void {
    if (this.sendable) return;
    throw closedError(
      this.is(Flag.writeEnded) ? 'shutdownWrite() was called' : 'it is closing or closed',
    );
  }
}
