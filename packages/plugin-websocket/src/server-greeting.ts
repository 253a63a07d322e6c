import { type Connection, protocolError, type ReadBuffer } from '@gev/core';
import { answerOffers } from './deflate/negotiation.js';
import { invalidOption } from './error-codes.js';
import type { Greeting } from './greeting.js';
import { acceptKeyOf } from './handshake/accept-key.js';
import { checkUpgrade, hasBody, wantsUpgrade } from './handshake/check-upgrade.js';
import { parseRequestHead, type RequestHead } from './handshake/head.js';
import { HeadReader } from './handshake/head-reader.js';
import { HttpError } from './handshake/http-error.js';
import { type HttpReply, writeReply, writeUpgrade } from './handshake/response-writer.js';
import { hasToken } from './handshake/tokens.js';
import { UpgradeRequest } from './handshake/upgrade-request.js';
import { tellLateFault } from './late-fault.js';
import { type Outbound, PackedBytes } from './outbound.js';
import type { Acceptance, ServerHooks, Verdict } from './server-hooks.js';
import type { WebSocketSession } from './session.js';
import { trace } from './trace.js';

const UPGRADE_REQUIRED: HttpReply = {
  status: 426,
  headers: { Upgrade: 'websocket' },
  body: 'This is a WebSocket server.\n',
};

/**
 * A server's side of the opening handshake, and of plain HTTP before it: requests are answered one
 * after the other until one becomes a WebSocket. While a hook takes its time, reading pauses, and the
 * head stays in the buffer, so that what follows runs where the loop can deal with what it throws.
 */
export class ServerGreeting<Data> implements Greeting {
  readonly #session: WebSocketSession<Data, UpgradeRequest>;
  readonly #hooks: ServerHooks<Data>;
  readonly #connection: Connection<Outbound>;
  readonly #reader: HeadReader;
  #isWaiting = false;
  /** The last answer has been sent: what follows is not read. */
  #isOver = false;
  /** More answers wait for the peer than should: the connection comes back once they have left. */
  #isBacklogged = false;
  /** Bytes of answers that waited for the peer when the time was up. */
  #unsent = Number.POSITIVE_INFINITY;
  /** Bytes of the head that a hook was asked about, and what to do now that it has answered. */
  #headSize = 0;
  #settled: (() => void) | undefined = undefined;

  constructor(session: WebSocketSession<Data, UpgradeRequest>, hooks: ServerHooks<Data>) {
    this.#session = session;
    this.#hooks = hooks;
    this.#connection = session.connection;
    this.#reader = new HeadReader(hooks.headLimits);
    this.#arm();
  }

  advance(buffer: ReadBuffer): void {
    this.#isBacklogged = false;
    try {
      while (this.#isOpen && !this.#isBacklogged && this.#advanceOnce(buffer));
    } catch (error) {
      throw this.#isOpen ? this.#refuse(error) : error;
    }
    if (this.#isOver) buffer.retrieve(buffer.length);
  }

  expire(): void {
    if (this.#isWaiting) {
      this.#closeWith({ status: 503, body: 'The answer took too long.\n' });
    } else if (this.#isBeingRead()) {
      this.#arm();
    } else if (this.#connection.readBufferLength > 0) {
      this.#closeWith({ status: 408, body: 'The request took too long.\n' });
    } else {
      // Nobody asked: a 408 could be taken for the answer to a request that is on its way.
      this.#isOver = true;
      this.#connection.close();
    }
  }

  goAway(): void {
    if (!this.#isWaiting) return;
    this.#reply({ status: 503, body: 'This server is stopping.\n' });
    this.#isOver = true;
  }

  abort(): void {
    this.#isOver = true;
  }

  get #isOpen(): boolean {
    return this.#session.greeting === this && !this.#isOver;
  }

  #arm(): void {
    this.#session.arm(this.#session.endpoint.timing.handshakeTimeout);
  }

  /** A long answer may take longer than a handshake, as long as the peer goes on to take some of it. */
  #isBeingRead(): boolean {
    const before = this.#unsent;
    this.#unsent = this.#connection.writeBufferLength;
    return this.#unsent > 0 && this.#unsent < before;
  }

  /** False when there is nothing to be done now. */
  #advanceOnce(buffer: ReadBuffer): boolean {
    if (this.#isWaiting) return false;
    const settled = this.#settled;
    if (settled !== undefined) {
      this.#settled = undefined;
      buffer.retrieve(this.#headSize);
      settled();
      return true;
    }
    this.#reader.skipEmptyLines(buffer);
    const size = this.#reader.find(buffer);
    if (size === undefined) return false;
    this.#onHead(parseRequestHead(this.#reader.text(buffer, size)), buffer, size);
    return true;
  }

  #onHead(head: RequestHead, buffer: ReadBuffer, size: number): void {
    const request = new UpgradeRequest(head, this.#connection.remoteAddress);
    const { upgrade, request: answer, isOriginAllowed } = this.#hooks;
    if (!wantsUpgrade(head)) {
      const goOn = (reply: HttpReply | undefined) => this.#answer(head, reply ?? UPGRADE_REQUIRED);
      this.#ask(() => answer?.(request), goOn, buffer, size);
      return;
    }
    const key = checkUpgrade(head);
    if (!isOriginAllowed(request)) throw new HttpError(403, 'this origin is not allowed');
    const goOn = (verdict: Verdict<Data> | undefined) => this.#decide(request, key, verdict);
    this.#ask(() => upgrade?.(request), goOn, buffer, size);
  }

  /** Calls a hook and goes on with its answer: at once, or when the loop comes by again. */
  #ask<Answer>(
    hook: () => Answer | PromiseLike<Answer>,
    goOn: (answer: Answer) => void,
    buffer: ReadBuffer,
    size: number,
  ): void {
    const answer = hook();
    if (!isPromise(answer)) {
      buffer.retrieve(size);
      goOn(answer);
      return;
    }
    this.#headSize = size;
    this.#isWaiting = true;
    this.#connection.pause();
    const settle = (settled: () => void): void => {
      this.#isWaiting = false;
      this.#settled = settled;
      this.#connection.resume();
    };
    Promise.resolve(answer).then(
      (value) => settle(() => goOn(value)),
      (error) => {
        if (this.#isOver) this.#failLate(error);
        settle(() => {
          throw error;
        });
      },
    );
  }

  /** Nobody is there to be answered, and no loop to throw to. */
  #failLate(cause: unknown): void {
    const { callbacks } = this.#session.endpoint;
    const what = 'a hook failed when its connection had ended already';
    tellLateFault(callbacks, this.#session, what, cause);
  }

  #answer(head: RequestHead, reply: HttpReply): void {
    if (typeof reply !== 'object') {
      throw invalidOption('the answer of request', reply, '{ status, headers, body } or nothing');
    }
    const connection = head.headers.get('connection');
    const isKept = !head.isOld && !hasBody(head.headers) && !hasToken(connection, 'close');
    const isHead = head.method === 'HEAD';
    if (isKept) {
      this.#reply(reply, true, isHead);
      this.#arm();
    } else {
      this.#closeWith(reply, isHead);
    }
  }

  #decide(request: UpgradeRequest, key: string, verdict: Verdict<Data> | undefined): void {
    if (verdict !== undefined && typeof verdict?.isAccepted !== 'boolean') {
      throw invalidOption('the answer of upgrade', verdict, 'accept(), reject() or nothing');
    }
    if (verdict !== undefined && !verdict.isAccepted) {
      this.#closeWith(verdict.reply);
      return;
    }
    const session = this.#session;
    const protocol = this.#chooseProtocol(request, verdict);
    const { deflate } = session.endpoint;
    const extensions = request.headers.get('sec-websocket-extensions');
    const answer = deflate && answerOffers(extensions, deflate.settings);
    const accept = acceptKeyOf(key);
    const head = writeUpgrade(accept, protocol, answer?.header ?? '', verdict?.headers);
    session.protocol = protocol;
    session.data = verdict?.data as Data;
    this.#connection.send(new PackedBytes(head));
    session.open(request, answer?.agreement);
  }

  #chooseProtocol(request: UpgradeRequest, verdict: Acceptance<Data> | undefined): string {
    const offered = request.protocols;
    const chosen = verdict?.protocol;
    if (chosen === undefined) {
      return offered.find((protocol) => this.#hooks.protocols.includes(protocol)) ?? '';
    }
    if (chosen === '' || offered.includes(chosen)) return chosen;
    throw invalidOption('protocol', chosen, `one that the client offers: ${offered.join(', ')}`);
  }

  /** Tells the peer that its request fails, and returns what to throw. */
  #refuse(error: unknown): unknown {
    this.#isOver = true;
    if (error instanceof HttpError) {
      trace('connection %d: refused: %s', this.#connection.id, error.message);
      this.#reply(error.reply);
      return protocolError(`a peer sent a bad request: ${error.message}`);
    }
    this.#reply({ status: 500, body: 'Something went wrong here.\n' });
    return error;
  }

  #closeWith(reply: HttpReply, withoutBody = false): void {
    // What cannot be sent throws here, and is answered with a 500 like all that a hook does wrong.
    this.#reply(reply, false, withoutBody);
    this.#isOver = true;
    this.#connection.close();
  }

  #reply(reply: HttpReply, keepAlive = false, withoutBody = false): void {
    trace('connection %d: answered with HTTP %d', this.#connection.id, reply.status);
    const bytes = writeReply(reply, { keepAlive, withoutBody });
    this.#unsent = Number.POSITIVE_INFINITY;
    this.#isBacklogged = !this.#session.trySend(new PackedBytes(bytes));
  }
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
