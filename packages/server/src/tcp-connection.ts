import { getSystemErrorName } from 'node:util';
import {
  type CloseReason,
  type Connection,
  Counter,
  closeCounter,
  type EventLoop,
  type GevError,
  OrderKind,
  reasonOfErrno,
  systemError,
  type Timer,
} from '@gev/core';
import type { Channel } from '@gev/loop';
import type { RingBuffer } from '@gev/ringbuffer';
import { faultOf, inputLimitError } from './connection-errors.js';
import { ConnectionOutput } from './connection-output.js';
import { Flag, PAUSED, State } from './connection-state.js';
import { contain, report } from './containment.js';
import { tellClose, tellOpen, watched } from './diagnostics.js';
import { IdleWatch } from './idle-watch.js';
import { runAtTimeout } from './stall.js';
import { trace } from './trace.js';

/**
 * One connection: unpacks what arrives, hands messages to the handler, packs replies into the
 * loop's outbox, and keeps the state machine of its end.
 */
export class TcpConnection<In, Out, Context>
  extends ConnectionOutput<In, Out, Context>
  implements Connection<Out, Context>, Channel
{
  #reason: CloseReason = 'peer-closed';
  #leftover: RingBuffer | undefined = undefined;
  #linger: Timer | undefined = undefined;

  get loop(): EventLoop {
    return this.group.events;
  }

  get readBufferLength(): number {
    return this.#leftover?.length ?? 0;
  }

  /** Bytes that those are kept in. */
  get readBufferCapacity(): number {
    return this.#leftover?.capacity ?? 0;
  }

  /** Why it ended; undefined while it has not. */
  get closeReason(): CloseReason | undefined {
    return this.closed ? this.#reason : undefined;
  }

  protected get self(): this {
    return this;
  }

  /** Begins its life: called once, by who accepted or made the connection. */
  open(): void {
    const { loop, protocol, handler, registry, idle } = this.group;
    registry.add(this);
    loop.register(this);
    if (idle !== undefined) this.idle = new IdleWatch(loop, idle, this);
    loop.counters[Counter.connectionsOpened]! += 1;
    tellOpen(this);
    try {
      protocol.onOpen?.(this);
      this.flags |= Flag.greeted;
      handler.onConnect?.(this);
    } catch (error) {
      this.onFault(error);
    }
  }

  close(): void {
    this.#closeFor(this.is(Flag.pausedByStop) ? 'server-closing' : 'local-closed');
  }

  /**
   * `close`, for the reason that the server is stopping: after what was received has been handled, and
   * what the handler has under way is done.
   */
  closeForServer(): void {
    if (this.state !== State.open || this.is(Flag.pausedByStop)) return;
    try {
      this.#deliverRest();
      this.#pauseFor(Flag.pausedByStop);
      const close = () => this.#closeFor('server-closing');
      const underWay = this.group.handler.onClosing?.(this);
      if (underWay === undefined) close();
      else underWay.then(close, (error: unknown) => this.onFault(error));
    } catch (error) {
      this.onFault(error);
    }
  }

  /** Whether it is one of the connections of that server or client, in that loop. */
  isOf(group: object): boolean {
    return this.group === group;
  }

  destroy(): void {
    this.destroyFor('local-destroyed');
  }

  /** `destroy`, for the reason that the server is stopping. */
  destroyForServer(): void {
    this.destroyFor('server-closing');
  }

  shutdownWrite(): void {
    if (this.state !== State.open || this.is(Flag.writeEnded)) return;
    this.flags |= Flag.writeEnded;
    if (this.is(Flag.peerEnded)) this.#closeFor('peer-closed');
    else this.group.loop.order(OrderKind.shutdown, this);
  }

  pause(): void {
    this.#pauseFor(Flag.pausedByUser);
  }

  resume(): void {
    this.#resumeFor(Flag.pausedByUser);
  }

  get paused(): boolean {
    return this.is(PAUSED);
  }

  onData(offset: number, length: number): void {
    const { loop, overlay } = this.group;
    loop.counters[Counter.bytesReceived]! += length;
    this.idle?.received();
    if (this.state !== State.open) return;
    const { arena } = loop;
    const leftover = this.#leftover;
    if (leftover === undefined) {
      overlay.withData(arena, offset, length);
      this.#deliver(overlay);
    } else {
      leftover.write(arena.subarray(offset, offset + length));
      this.#deliver(leftover);
    }
  }

  /** It was connected before it came here. */
  onConnected(): void {}

  /** The idle watch found nothing moving for too long. */
  onIdle(): void {
    this.destroyFor('idle-timeout');
  }

  onEnded(): void {
    this.flags |= Flag.peerEnded;
    if (this.state === State.closing) this.group.loop.order(OrderKind.close, this);
    else this.onWake();
  }

  onClosed(errno: number): void {
    if (this.closed) return;
    // `queued` of a handle that failed still tells what was left unsent.
    const inOrder = this.#reason === 'local-closed' || this.#reason === 'peer-closed';
    const unsent = errno !== 0 && inOrder && this.group.loop.queued[this.slot]! > 0;
    this.noteFlushed(errno === 0 ? 'all' : 'none');
    if (unsent || (errno !== 0 && this.state === State.open)) {
      const name = getSystemErrorName(-errno);
      this.#reason = reasonOfErrno(name);
      if (this.#reason === 'io-error') this.report(systemError(name, 'socket', 'of a connection'));
    }
    this.state = State.closed;
    this.#finish();
  }

  onBacklog(): void {
    const { loop, limits } = this.group;
    const queued = loop.queued[this.slot]!;
    this.tellFlushed();
    this.idle?.backlog(queued);
    if (queued > limits.highWatermark) this.standBack();
    else if (queued <= limits.lowWatermark) this.#goOn();
  }

  onFlushed(): void {
    if (this.closed) return;
    if (this.state === State.closing) this.#armLinger();
    this.onBacklog();
  }

  onWake(): void {
    if (this.state === State.closed) this.#finish();
    if (this.state !== State.open || this.is(PAUSED)) return;
    if (this.#leftover !== undefined) this.#deliver(this.#leftover);
    if (this.is(Flag.peerEnded) && this.state === State.open && !this.is(PAUSED)) this.#meetEnd();
  }

  onFault(thrown: unknown): void {
    const { error, reason } = faultOf(thrown);
    this.report(error);
    this.#closeFor(reason);
  }

  /** Unpacks and delivers until the buffer holds no whole message, then keeps the rest. */
  #deliver(buffer: RingBuffer): void {
    const { protocol, loop } = this.group;
    const handler = watched(this.group.handler);
    while (this.state === State.open && !this.is(PAUSED)) {
      const message = protocol.unpack(buffer, this);
      if (message === undefined) break;
      loop.messagesReceived += 1;
      const reply = handler.onMessage(this, message);
      if (reply !== undefined && this.state === State.open && !this.is(Flag.writeEnded)) {
        this.pack(reply as Out);
      }
    }
    this.#keep(buffer);
  }

  /** Delivers whole messages that wait because replies do: they were received, and are answered. */
  #deliverRest(): void {
    while (this.#leftover !== undefined && !this.is(Flag.pausedByUser)) {
      const before = this.#leftover.length;
      this.flags &= ~Flag.pausedByBacklog;
      this.#deliver(this.#leftover);
      if (this.#leftover?.length === before) return;
    }
  }

  #keep(buffer: RingBuffer): void {
    const { overlay, leftovers, limits } = this.group;
    const rest = buffer.length;
    if (this.state !== State.open || rest === 0) {
      this.#dropLeftover();
      return;
    }
    if (buffer === overlay) {
      const leftover = leftovers.take();
      const [first, second] = buffer.peek(rest);
      leftover.write(first);
      leftover.write(second);
      this.#leftover = leftover;
    }
    if (!this.is(PAUSED) && rest > limits.maxInputBuffer) {
      this.report(inputLimitError(rest, limits.maxInputBuffer));
      this.#closeFor('input-limit');
    }
  }

  #dropLeftover(): void {
    if (this.#leftover === undefined) return;
    this.group.leftovers.give(this.#leftover);
    this.#leftover = undefined;
  }

  protected standBack(): void {
    trace('connection %d: reading stops, %d bytes unsent', this.id, this.writeBufferLength);
    this.flags |= Flag.needsDrain;
    this.#pauseFor(Flag.pausedByBacklog);
  }

  #goOn(): void {
    if (!this.is(Flag.needsDrain)) return;
    trace('connection %d: reading goes on, %d bytes unsent', this.id, this.writeBufferLength);
    this.flags &= ~Flag.needsDrain;
    this.#resumeFor(Flag.pausedByBacklog);
    if (this.state === State.open && !this.is(Flag.writeEnded)) {
      this.group.handler.onDrain?.(this);
    }
  }

  #pauseFor(who: number): void {
    if (this.state !== State.open) return;
    if (!this.is(PAUSED)) {
      const { loop } = this.group;
      loop.counters[Counter.readPauses]! += 1;
      loop.order(OrderKind.pause, this);
    }
    this.flags |= who;
  }

  #resumeFor(who: number): void {
    if (this.state !== State.open || !this.is(PAUSED)) return;
    this.flags &= ~who;
    if (this.is(PAUSED)) return;
    const { loop } = this.group;
    loop.order(OrderKind.resume, this);
    if (this.#leftover !== undefined || this.is(Flag.peerEnded)) loop.wake(this);
  }

  /** The peer has ended and everything that it sent has been delivered. */
  #meetEnd(): void {
    if (!this.group.allowHalfOpen || this.is(Flag.writeEnded)) {
      this.#closeFor('peer-closed');
    } else if (!this.is(Flag.endTold)) {
      this.flags |= Flag.endTold;
      this.group.handler.onEnd?.(this);
    }
  }

  #closeFor(reason: CloseReason): void {
    if (this.state !== State.open) return;
    const { loop } = this.group;
    // A paused socket would never show the peer's end.
    if (this.is(PAUSED)) loop.order(OrderKind.resume, this);
    this.state = State.closing;
    this.#reason = reason;
    this.#dropLeftover();
    if (this.is(Flag.peerEnded)) loop.order(OrderKind.close, this);
    else if (!this.is(Flag.writeEnded)) loop.order(OrderKind.shutdown, this);
    // Most connections are gone with the next flush and need no timer.
    loop.afterFlush(this);
  }

  #armLinger(): void {
    const { loop, limits } = this.group;
    // A server that stops has a deadline of its own for all of them.
    if (this.#reason === 'server-closing') return;
    const { closeTimeout } = limits;
    // A stall was no time in which the peer could be sent the rest.
    this.#linger ??= runAtTimeout(loop, closeTimeout, closeTimeout, () =>
      this.destroyFor(this.#reason),
    );
  }

  protected destroyFor(reason: CloseReason): void {
    if (this.closed) return;
    const { loop } = this.group;
    this.noteFlushed('rest-is-here');
    this.state = State.closed;
    this.#reason = reason;
    loop.order(OrderKind.abort, this);
    loop.unregister(this);
    loop.wake(this);
  }

  /** The last step of every way: tells who waits, then `onClose`. */
  #finish(): void {
    const { loop, handler, protocol, registry } = this.group;
    this.state = State.over;
    this.#linger?.cancel();
    this.idle?.stop();
    this.#dropLeftover();
    registry.remove(this);
    loop.counters[Counter.connectionsClosed]! += 1;
    loop.counters[closeCounter(this.#reason)]! += 1;
    tellClose(this, this.#reason);
    this.endOutput(this.#reason, (callback) => this.#contain(callback));
    if (this.is(Flag.greeted)) this.#contain(() => handler.onClose?.(this, this.#reason));
    this.#contain(() => protocol.onClose?.(this));
  }

  protected report(error: GevError): void {
    report(this.group, this, error, this.state === State.over);
  }

  #contain(callback: () => void): void {
    contain(this.group.logger, this, callback);
  }
}
