import { type BroadcastFilter, GevError, type LoopReference, type Protocol } from '@gev/core';
import { type Letter, type LoopBoard, type PostOffice, SERVER } from '@gev/loop';
import type { ConnectionRegistry } from '../connection-registry.js';
import type { DeliveryMetrics } from '../metrics/delivery-metrics.js';
import { packOnce } from '../pack-once.js';
import type { TcpConnection } from '../tcp-connection.js';
import { type Accepts, acceptsOf, shareWith } from './broadcast.js';
import { LetterKind, referencesOf } from './letters.js';
import { LoopTopics } from './loop-topics.js';
import { MailBroker } from './mail-broker.js';

/** What the mail of a loop needs of it. */
export interface MailTarget<In, Out, Context> {
  readonly id: number;
  readonly protocol: Protocol<In, Out>;
  readonly registry: ConnectionRegistry<TcpConnection<In, Out, Context>>;
  connections(): TcpConnection<In, Out, Context>[];
  readonly metrics: DeliveryMetrics;
  /** Told what a letter's message made the protocol throw. */
  onFault(error: unknown): void;
}

/** A message on its way: packed, or as it is where each receiver packs it by itself. */
interface Addressed {
  readonly id?: number;
  readonly filter?: BroadcastFilter | undefined;
  readonly message?: unknown;
}

/**
 * Sends to connections of any loop by id or by filter, for one loop, and delivers to its own
 * connections what others send.
 *
 * Thread rule: everything on the loop's thread.
 */
export class LoopMail<In, Out, Context> {
  /** Every loop of the server, in the order of the ids. */
  readonly references: readonly LoopReference[];
  readonly topics: LoopTopics;
  readonly #office: PostOffice;
  readonly #board: LoopBoard;
  readonly #target: MailTarget<In, Out, Context>;

  constructor(office: PostOffice, board: LoopBoard, target: MailTarget<In, Out, Context>) {
    this.#office = office;
    this.#board = board;
    this.#target = target;
    this.references = referencesOf(office, board);
    this.topics = new LoopTopics(
      new MailBroker(office, board, target.id),
      (message) => this.#packForAll(message as Out),
      target.metrics,
    );
    office.receive(LetterKind.send, (letter) => this.#onSend(letter));
    office.receive(LetterKind.broadcast, (letter) => this.#onBroadcast(letter));
  }

  /** See `EventLoop.send`. */
  send(id: number, message: Out): boolean {
    if (!this.#board.hasGiven(id)) return this.#isGone();
    const loop = this.#board.loopOf(id);
    if (loop === this.#target.id) return this.#sendHere(id, (to) => to.send(message));
    const packed = this.#pack(message);
    return packed
      ? this.#office.send(LetterKind.send, loop, { id }, packed)
      : this.#office.send(LetterKind.send, loop, { id, message });
  }

  /** See `EventLoop.broadcast`. */
  broadcast(message: Out, filter?: BroadcastFilter): boolean {
    const accepts = acceptsOf<TcpConnection<In, Out, Context>>(filter);
    const packed = this.#pack(message);
    let toldAll = true;
    for (const { id } of this.references) {
      if (id === this.#target.id) continue;
      const head = packed ? { filter } : { filter, message };
      if (!this.#office.send(LetterKind.broadcast, id, head, packed)) toldAll = false;
    }
    this.broadcastHere(message, packed, accepts);
    return toldAll;
  }

  /** Sends to the connections of this loop only; `packed` is the message's bytes, if it has any. */
  broadcastHere(
    message: Out,
    packed: Uint8Array | undefined,
    accepts: Accepts<TcpConnection<In, Out, Context>>,
  ): void {
    const receivers = this.#target.connections().filter((to) => to.sendable && accepts(to));
    if (packed) shareWith(receivers, packed);
    else sendEach(receivers, message);
  }

  post(loop: number, value: unknown): boolean {
    return this.#office.send(LetterKind.post, loop, value);
  }

  postToServer(value: unknown): boolean {
    return this.post(SERVER, value);
  }

  /** Undefined when the protocol packs for each connection anew. */
  #pack(message: Out): Uint8Array | undefined {
    const { protocol } = this.#target;
    return protocol.packsPerConnection ? undefined : packOnce(protocol, message);
  }

  #packForAll(message: Out): Uint8Array {
    const packed = this.#pack(message);
    if (packed !== undefined) return packed;
    throw new GevError(
      'ERR_GEV_HANDLER',
      'the protocol packs for each connection anew: publish as its plugin says',
    );
  }

  #sendHere(id: number, how: (to: TcpConnection<In, Out, Context>) => void): boolean {
    const to = this.#target.registry.find(id);
    if (!to?.sendable) return this.#isGone();
    how(to);
    return true;
  }

  /** Counts a message whose receiver is not there. */
  #isGone(): false {
    this.#target.metrics.gone.add();
    return false;
  }

  #onSend({ head, body }: Letter): void {
    const { id, ...rest } = head as Addressed;
    this.#attempt(() => {
      this.#sendHere(id!, (to) =>
        'message' in rest ? to.send(rest.message as Out) : to.sendPacked(body),
      );
    });
  }

  #onBroadcast({ head, body }: Letter): void {
    const letter = head as Addressed;
    this.#attempt(() => {
      const isPacked = !('message' in letter);
      const message = letter.message as Out;
      const packed = isPacked ? body : this.#pack(message);
      this.broadcastHere(message, packed, acceptsOf(letter.filter));
    });
  }

  /** The sender is in another thread and cannot be told. */
  #attempt(deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#target.onFault(error);
    }
  }
}

/** Packs for each; one that cannot be packed for must not keep it from the others. */
function sendEach<In, Out, Context>(
  receivers: readonly TcpConnection<In, Out, Context>[],
  message: Out,
): void {
  const failures: unknown[] = [];
  for (const to of receivers) {
    try {
      if (to.sendable) to.send(message);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
