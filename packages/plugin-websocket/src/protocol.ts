import type { Connection, Protocol, WriteBuffer } from '@gev/core';
import type { Endpoint } from './endpoint.js';
import { type Masking, writeFrame, writeMaskedFrame, writeTextFrame } from './frame-encoder.js';
import type { Greeting } from './greeting.js';
import type { Inbound } from './inbound.js';
import { CONTROL, FIN, Opcode, RSV1 } from './opcode.js';
import {
  checkPayload,
  MessagePart,
  type Outbound,
  OutgoingFrame,
  PackedBytes,
} from './outbound.js';
import { WebSocketSession } from './session.js';

/**
 * WebSocket as a protocol of core: the opening handshake, then messages. A bare string or bytes are
 * a text or a binary message; to a connection that is not open (not yet, or no more), as a broadcast
 * may reach it, they are not sent.
 *
 * @param greet makes the opening handshake of a connection
 */
export function createProtocol<Data, Opening>(
  endpoint: Endpoint<Data, Opening>,
  greet: (session: WebSocketSession<Data, Opening>) => Greeting,
): Protocol<Inbound, Outbound> {
  return {
    // Masks, compression windows, and whether it is open, are the connection's own.
    packsPerConnection: true,
    onOpen(connection) {
      const session = new WebSocketSession(connection, endpoint);
      connection.context = session;
      session.greeting = greet(session);
    },
    unpack(buffer, connection) {
      const session = connection.context as WebSocketSession<Data, Opening>;
      try {
        return session.read(buffer);
      } catch (error) {
        throw session.fault(error);
      }
    },
    pack(message, out, connection) {
      const isMessage = packAny(message, out, connection);
      if (!isMessage) connection.loop.uncount('sent');
    },
  };
}

/** Returns whether it is a message of the application's, and leaves. */
function packAny(message: Outbound, out: WriteBuffer, connection: Connection<Outbound>): boolean {
  const session = connection.context as WebSocketSession<unknown, unknown>;
  const { underWay } = session;
  if (underWay !== undefined && !mayInterrupt(message)) {
    if (!underWay.tryHold(message)) session.overflow();
    return false;
  }
  if (message instanceof PackedBytes) {
    out.write(message.bytes);
    return message.isMessage;
  }
  if (message instanceof OutgoingFrame) {
    if (message instanceof MessagePart) return packPart(message, session.endpoint.masking, out);
    packPayload(session, message.opcode, message.payload, message.compress, out);
    return message.opcode < CONTROL;
  }
  if (!session.isOpen) return false;
  const opcode = typeof message === 'string' ? Opcode.text : Opcode.binary;
  packPayload(session, opcode, message, true, out);
  return true;
}

/** Whether it may leave while a message is under way in parts: one of those, or a control frame. */
function mayInterrupt(message: Outbound): boolean {
  if (!(message instanceof OutgoingFrame)) return false;
  return message.opcode >= CONTROL || message instanceof MessagePart;
}

/** Returns whether the message is whole with it. */
function packPart(
  { first, payload, isOwn }: MessagePart,
  masking: Masking | undefined,
  out: WriteBuffer,
): boolean {
  if (masking === undefined) writeFrame(out, first, payload);
  else writeMaskedFrame(out, first, payload, masking, isOwn);
  return (first & FIN) !== 0;
}

function packPayload(
  session: WebSocketSession<unknown, unknown>,
  opcode: number,
  payload: string | Uint8Array,
  compress: boolean,
  out: WriteBuffer,
): void {
  checkPayload(payload);
  const { deflate } = session;
  const { masking } = session.endpoint;
  const first = FIN | opcode;
  if (deflate !== undefined && compress && opcode < CONTROL) {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
    const isWorthIt = bytes.length >= deflate.threshold;
    const packed = isWorthIt ? deflate.compress(bytes) : bytes;
    const head = isWorthIt ? first | RSV1 : first;
    if (masking === undefined) writeFrame(out, head, packed);
    else writeMaskedFrame(out, head, packed, masking, isWorthIt || bytes !== payload);
  } else if (masking !== undefined) {
    const isText = typeof payload === 'string';
    const bytes = isText ? Buffer.from(payload, 'utf8') : payload;
    writeMaskedFrame(out, first, bytes, masking, isText);
  } else if (typeof payload === 'string') {
    writeTextFrame(out, first, payload);
  } else {
    writeFrame(out, first, payload);
  }
}
