import {
  type Address,
  type Connection,
  isGevError,
  type PublishOptions,
  type ReadBuffer,
  type SendOptions,
  type Turn,
} from '@gev/core';
import { CloseCode, checkClose } from './close-codes.js';
import { CloseMachine } from './close-machine.js';
import type { DeflateSession } from './deflate/deflate.js';
import type { Agreement } from './deflate/negotiation.js';
import type { Endpoint } from './endpoint.js';
import { invalidOption, notYetOpenError } from './error-codes.js';
import { type ControlFrame, FrameDecoder } from './frame-decoder.js';
import type { Greeting } from './greeting.js';
import { type Inbound, Opened } from './inbound.js';
import { tellDropped } from './late-fault.js';
import { type Carrier, MessageInParts } from './message-in-parts.js';
import { MAX_CONTROL, Opcode } from './opcode.js';
import {
  checkPayload,
  type MessagePart,
  type Outbound,
  OutgoingFrame,
  PackedBytes,
} from './outbound.js';
import { publish } from './publish.js';
import type { SlowConsumer, SlowConsumers } from './slow-consumers.js';
import { SocketCounts } from './socket-counts.js';
import type { Swept } from './sweep.js';
import { trace } from './trace.js';
import { closeCodeOf } from './violation.js';
import {
  type MessageOptions,
  type OutgoingMessage,
  type PartsOptions,
  ReadyState,
  type WebSocket,
} from './web-socket.js';

const OPCODES: ReadonlyMap<unknown, number> = new Map([
  ['text', Opcode.text],
  ['binary', Opcode.binary],
]);

const NEVER = Number.POSITIVE_INFINITY;

/**
 * A connection as a WebSocket, from its first byte to its last: first a {@link Greeting} reads, then
 * a decoder, and a {@link CloseMachine} from the first close frame on. It is the connection's
 * `context`, so that no message has to look for it.
 */
export class WebSocketSession<Data, Opening>
  implements WebSocket<Data>, SlowConsumer, Swept, Carrier
{
  readonly connection: Connection<Outbound>;
  readonly endpoint: Endpoint<Data, Opening>;
  protocol = '';
  data: Data = undefined as Data;
  skipped = 0;
  /** Until it is open. */
  greeting: Greeting | undefined = undefined;
  deflate: DeflateSession | undefined = undefined;
  /** Sent in parts, and not whole yet. */
  underWay: MessageInParts | undefined = undefined;
  #decoder: FrameDecoder | undefined = undefined;
  #opened: Opened<Opening> | undefined = undefined;
  #closing: CloseMachine | undefined = undefined;
  #ended = false;
  #hasTopics = false;
  /** Of the handshake or of the close. */
  #deadline = NEVER;
  /** For the heartbeat: whether bytes came since the last look, since when not, and when it pinged. */
  #isAlive = true;
  #quietSince = 0;
  #pingedAt = NEVER;
  /** Bytes that had left at the last look while reading paused. */
  #flushed = 0;

  constructor(connection: Connection<Outbound>, endpoint: Endpoint<Data, Opening>) {
    this.connection = connection;
    this.endpoint = endpoint;
  }

  get id(): number {
    return this.connection.id;
  }

  get remoteAddress(): Address {
    return this.connection.remoteAddress;
  }

  get readyState(): ReadyState {
    if (this.#ended) return ReadyState.closed;
    if (this.#closing !== undefined || !this.connection.sendable) return ReadyState.closing;
    return this.#decoder === undefined ? ReadyState.connecting : ReadyState.open;
  }

  /** True while messages may go both ways. */
  get isOpen(): boolean {
    return this.readyState === ReadyState.open;
  }

  get isCompressing(): boolean {
    return this.deflate !== undefined;
  }

  get bufferedAmount(): number {
    return this.connection.writeBufferLength + (this.underWay?.heldBytes ?? 0);
  }

  /** True when the last message that was read is a binary one. */
  get isBinary(): boolean {
    return this.#decoder!.isBinary;
  }

  /** The bytes of the last text message, valid until the handler returns. Not kept beyond that. */
  takeText(): Uint8Array | undefined {
    const decoder = this.#decoder!;
    const { text } = decoder;
    decoder.text = undefined;
    return text;
  }

  send(message: string | Uint8Array, options?: MessageOptions): boolean {
    if (this.#isPast()) return this.#drop(options?.onFlushed);
    const { underWay } = this;
    if (options === undefined && underWay === undefined) return this.connection.send(message);
    const isText = typeof message === 'string' || options?.asText === true;
    const opcode = isText ? Opcode.text : Opcode.binary;
    const frame = new OutgoingFrame(opcode, message, options?.compress ?? true);
    if (underWay === undefined) return this.#sendFrame(frame, options);
    underWay.hold(frame, options);
    // Nothing now, but it tells whether to go on.
    return this.connection.sendAll([]);
  }

  beginMessage(type: 'text' | 'binary', { compress = true }: PartsOptions = {}): OutgoingMessage {
    const opcode = OPCODES.get(type);
    if (opcode === undefined)
      throw invalidOption('the type of a message', type, "'text' or 'binary'");
    const isPast = this.#isPast();
    if (this.underWay !== undefined) {
      throw invalidOption('beginMessage', 'called within a message', 'that one an end() before');
    }
    const deflater = compress && !isPast ? this.deflate?.forParts() : undefined;
    const message = new MessageInParts(this, opcode, deflater);
    if (!isPast) this.underWay = message;
    return message;
  }

  sendPart(part: MessagePart, options: SendOptions | undefined): boolean {
    return this.#isPast() ? this.#drop(options?.onFlushed) : this.#sendFrame(part, options);
  }

  partsEnded(): boolean {
    const held = this.underWay?.takeHeld() ?? [];
    this.underWay = undefined;
    let goesOn = true;
    for (const { message, options } of held) {
      goesOn = this.isOpen ? this.#sendFrame(message, options) : this.#drop(options?.onFlushed);
    }
    return goesOn;
  }

  turnOf(bytes: Uint8Array, most: number): Turn {
    const { underWay } = this;
    if (underWay === undefined) return 'now';
    return underWay.tryHold(new PackedBytes(bytes, true), undefined, most) ? 'later' : 'never';
  }

  /**
   * A reply, or what somebody sent to many, found no room behind a message in parts. Who sent it is not to
   * blame, and inside of `pack` nothing can be sent.
   */
  overflow(): void {
    this.connection.loop.runInLoop(() => {
      if (this.isOpen) this.#fail(CloseCode.tryAgainLater, 'too much waits behind a message');
    });
  }

  subscribe(topic: string, options?: SlowConsumers): boolean {
    if (this.#isPast()) return false;
    const { connection } = this;
    const { slowConsumers } = this.endpoint;
    const rule = options === undefined ? slowConsumers : slowConsumers?.with(options);
    const isNew = connection.loop.topics.subscribe(connection, topic, rule);
    this.#hasTopics = true;
    return isNew;
  }

  unsubscribe(topic: string): boolean {
    return this.#hasTopics && this.connection.loop.topics.unsubscribe(this.connection, topic);
  }

  get topics(): readonly string[] {
    return this.#hasTopics ? this.connection.loop.topics.of(this.connection) : [];
  }

  publish(topic: string, message: string | Uint8Array, options?: PublishOptions): boolean {
    return publish(this.connection.loop, topic, message, { except: this.id, ...options });
  }

  ping(data: string | Uint8Array = ''): void {
    checkPayload(data);
    const size = Buffer.byteLength(data);
    if (size > MAX_CONTROL)
      throw invalidOption('a ping', `${size} bytes long`, 'at most 125 bytes');
    if (!this.#isPast()) this.connection.send(new OutgoingFrame(Opcode.ping, data));
  }

  close(code: number = CloseCode.normal, reason = ''): void {
    if (code !== CloseCode.noStatus) checkClose(code, reason);
    if (!this.isOpen) return;
    this.#closing = new CloseMachine();
    this.#sendClose(this.#closing.begin(code, reason));
    this.arm(this.endpoint.timing.closeTimeout);
  }

  terminate(): void {
    this.connection.destroy();
  }

  /** The handshake is done: frames from now on. */
  open(opening: Opening, agreement: Agreement | undefined): void {
    const { endpoint } = this;
    this.greeting = undefined;
    this.#deadline = NEVER;
    if (agreement !== undefined) this.deflate = endpoint.deflate?.session(agreement);
    this.#decoder = new FrameDecoder(endpoint.rules, this.deflate?.inflate);
    if (endpoint.timing.heartbeat === undefined) {
      endpoint.sweep.remove(this);
    } else {
      this.#quietSince = performance.now();
      endpoint.sweep.add(this);
    }
    SocketCounts.of(this.connection.loop).opened();
    trace(
      'connection %d: open, protocol %j, compressed: %s',
      this.id,
      this.protocol,
      this.isCompressing,
    );
    this.#opened = new Opened(opening);
  }

  /** Takes what has arrived: a greeting's part, then messages. */
  read(buffer: ReadBuffer): Inbound | undefined {
    this.#isAlive = true;
    if (this.#decoder === undefined) return this.#greet(buffer);
    if (this.#closing?.received || this.#ended) {
      buffer.retrieve(buffer.length);
      return undefined;
    }
    return this.#decoder.read(buffer);
  }

  #greet(buffer: ReadBuffer): Opened<Opening> | undefined {
    this.greeting?.advance(buffer);
    const opened = this.#opened;
    this.#opened = undefined;
    return opened;
  }

  /** Takes a control frame, and answers it where that is due. */
  control({ opcode, payload }: ControlFrame): void {
    if (opcode === Opcode.close) {
      this.#peerCloses(payload);
      return;
    }
    if (!this.isOpen) return;
    const { callbacks } = this.endpoint;
    if (opcode === Opcode.pong) {
      callbacks.onPong?.(this, payload);
      return;
    }
    this.trySend(new OutgoingFrame(Opcode.pong, payload));
    callbacks.onPing?.(this, payload);
  }

  /**
   * A callback threw, or the peer broke a rule: tells the peer, as far as it can still be told. Returns
   * the error, to be thrown on to the loop, which then closes the connection.
   */
  fault(error: unknown): unknown {
    if (this.greeting !== undefined || this.#decoder === undefined) return error;
    const code = closeCodeOf(error);
    const reason = code !== undefined && isGevError(error) ? error.message : '';
    this.#fail(code ?? CloseCode.internalError, reason);
    return error;
  }

  fallBehind(policy: 'close' | 'skip'): void {
    this.skipped += 1;
    if (policy === 'close') this.#fail(CloseCode.tryAgainLater, 'reads too slowly');
  }

  /** The server stops: there will be no answer to wait for. */
  goAway(): void {
    this.greeting?.goAway();
    if (!this.isOpen) return;
    this.#closing = new CloseMachine();
    this.#sendClose(this.#closing.fail(CloseCode.goingAway, ''));
  }

  /**
   * The connection may be closing for a reason of its own: then nobody is there to be told. False then,
   * and where too much waits already.
   */
  trySend(message: Outbound): boolean {
    return this.connection.sendable && this.connection.send(message);
  }

  /** Sets the deadline of what is under way; 0 is none. */
  arm(timeout: number): void {
    if (timeout === 0) return;
    this.#deadline = performance.now() + timeout;
    this.endpoint.sweep.add(this);
  }

  onSweep(now: number): boolean {
    if (this.connection.closed || this.#ended) return false;
    if (now >= this.#deadline) {
      this.#deadline = NEVER;
      trace('connection %d: its handshake or close took too long', this.id);
      if (this.greeting === undefined) this.connection.destroy();
      else this.greeting.expire();
      return this.#deadline !== NEVER;
    }
    if (this.isOpen) this.#beat(now);
    return this.#deadline !== NEVER || this.endpoint.timing.heartbeat !== undefined;
  }

  /** The connection is gone: the last that is told. */
  end(): void {
    const wasOpened = this.#decoder !== undefined;
    this.#ended = true;
    this.endpoint.sweep.remove(this);
    this.#decoder?.abandon();
    this.#abandonParts();
    this.deflate?.close();
    this.greeting?.abort();
    if (!wasOpened) {
      trace('connection %d: ended without a handshake', this.id);
      return;
    }
    const { code, reason, wasClean } = (this.#closing ?? new CloseMachine()).outcome;
    trace('connection %d: closed with code %d, clean: %s', this.id, code, wasClean);
    SocketCounts.of(this.connection.loop).closed(code);
    this.endpoint.callbacks.onClose?.(this, code, reason, wasClean);
  }

  #peerCloses(payload: Uint8Array): void {
    this.#closing ??= new CloseMachine();
    const answer = this.#closing.receive(payload);
    // A server ends the connection, a client waits for that (RFC 6455, section 7.1.1).
    const { masking, timing } = this.endpoint;
    this.#sendClose(answer);
    if (masking === undefined) this.connection.close();
    this.arm(timing.closeTimeout);
  }

  #fail(code: number, reason: string): void {
    this.#closing ??= new CloseMachine();
    this.#sendClose(this.#closing.fail(code, reason));
    this.arm(this.endpoint.timing.closeTimeout);
  }

  /** Where nothing is read, what the peer takes is its sign of life, if there is anything to take. */
  #takesUnsent(): boolean {
    const before = this.#flushed;
    this.#flushed = this.connection.bytesFlushed;
    return this.connection.writeBufferLength === 0 || this.#flushed > before;
  }

  #beat(now: number): void {
    const { heartbeat } = this.endpoint.timing;
    if (heartbeat === undefined) return;
    if (this.connection.paused && this.#takesUnsent()) this.#isAlive = true;
    if (this.#isAlive) {
      this.#isAlive = false;
      this.#quietSince = now;
      this.#pingedAt = NEVER;
    } else if (this.#pingedAt === NEVER) {
      if (now - this.#quietSince < heartbeat.interval) return;
      this.#pingedAt = now;
      this.trySend(new OutgoingFrame(Opcode.ping, ''));
    } else if (now - this.#pingedAt >= heartbeat.timeout) {
      trace('connection %d: no answer to a ping', this.id);
      this.connection.destroy();
    }
  }

  #sendClose(payload: Uint8Array | undefined): void {
    // No message may follow a close frame (RFC 6455, section 5.5.1).
    if (this.#hasTopics) this.connection.loop.topics.leave(this.connection);
    this.#hasTopics = false;
    // While the user pauses, the peer's answer would never be read.
    this.connection.resume();
    if (payload !== undefined) this.trySend(new OutgoingFrame(Opcode.close, payload));
  }

  #sendFrame(frame: Outbound, options: SendOptions | undefined): boolean {
    return this.connection.send(frame, options?.onFlushed && this.#guarded(options.onFlushed));
  }

  /** True when it is closing or closed, which may happen at any time: no fault of who sends. */
  #isPast(): boolean {
    if (this.isOpen) return false;
    if (this.readyState === ReadyState.connecting) throw notYetOpenError();
    return true;
  }

  /** An `onFlushed` that throws fails like every callback, as long as the peer can be told. */
  #guarded(onFlushed: NonNullable<SendOptions['onFlushed']>): SendOptions {
    return {
      onFlushed: (error) => {
        try {
          onFlushed(error);
        } catch (thrown) {
          throw this.isOpen ? this.fault(thrown) : thrown;
        }
      },
    };
  }

  #abandonParts(): void {
    const { underWay } = this;
    this.underWay = undefined;
    underWay?.abandon();
    const { callbacks } = this.endpoint;
    // Now, as onClose is the last: no `send` is under way when a connection ends.
    for (const { options } of underWay?.takeHeld() ?? []) {
      if (options?.onFlushed) tellDropped(callbacks, this, options.onFlushed);
    }
  }

  #drop(onFlushed: SendOptions['onFlushed']): false {
    // Never inside of `send`.
    if (onFlushed) {
      this.connection.loop.runInLoop(() => tellDropped(this.endpoint.callbacks, this, onFlushed));
    }
    return false;
  }
}
