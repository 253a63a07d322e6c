import { GevError, type Handler } from '@gev/core';
import type { Endpoint } from './endpoint.js';
import { ControlFrame } from './frame-decoder.js';
import { type Inbound, Opened } from './inbound.js';
import { Opcode } from './opcode.js';
import { type Outbound, OutgoingFrame } from './outbound.js';
import type { WebSocketSession } from './session.js';

/** Bytes of a text from which on an object more costs nothing beside it. */
const LONG = 4096;

/** The handler of core that goes with the protocol: calls the user's callbacks. */
export function createHandler<Data, Opening>(
  endpoint: Endpoint<Data, Opening>,
): Handler<Inbound, Outbound, unknown> {
  const { callbacks } = endpoint;
  type Session = WebSocketSession<Data, Opening>;
  // One for all short ones: it is packed as soon as it is returned, but holds its payload until the next.
  const echo = new OutgoingFrame(Opcode.text, '');

  function deliver(session: Session, data: string | Uint8Array): Outbound | undefined {
    // Once this side closes, nothing is delivered any more, as in browsers.
    if (!session.isOpen || callbacks.onMessage === undefined) return undefined;
    const { isBinary } = session;
    const text = session.takeText();
    const reply = callbacks.onMessage(session, data, isBinary);
    if (reply === undefined || !session.isOpen) return undefined;
    if (reply === data && !isBinary) {
      // The bytes are still there: cheaper than to encode the text again.
      if (text!.length > LONG) return new OutgoingFrame(Opcode.text, text!);
      echo.payload = text!;
      return echo;
    }
    if (typeof reply === 'string' || reply instanceof Uint8Array) return reply;
    throw wrongReply(reply);
  }

  /** What is no message of the application's, and is not counted as one. */
  function meet(session: Session, what: ControlFrame | Opened): void {
    session.connection.loop.uncount('received');
    if (what instanceof ControlFrame) session.control(what);
    else callbacks.onOpen?.(session, what.opening as Opening);
  }

  return {
    onMessage(connection, message) {
      const session = connection.context as Session;
      try {
        if (!(message instanceof ControlFrame || message instanceof Opened)) {
          return deliver(session, message);
        }
        meet(session, message);
        return undefined;
      } catch (error) {
        throw session.fault(error);
      }
    },
    onClosing: (connection) => (connection.context as Session).goAway(),
    onClose: (connection) => (connection.context as Session | undefined)?.end(),
    onEnd: (connection) => connection.close(),
    onDrain(connection) {
      const session = connection.context as Session;
      if (!session.isOpen) return;
      try {
        callbacks.onDrain?.(session);
      } catch (error) {
        throw session.fault(error);
      }
    },
    ...(callbacks.onError && {
      onError: (connection, error) => callbacks.onError?.(connection.context as Session, error),
    }),
  };
}

function wrongReply(reply: unknown): GevError<'ERR_GEV_HANDLER'> {
  const isPromise = typeof reply === 'object' && reply !== null && 'then' in reply;
  // It may be rejected later, and then nobody is there to hear of it.
  if (isPromise) Promise.resolve(reply).catch(() => {});
  return new GevError(
    'ERR_GEV_HANDLER',
    isPromise
      ? 'a promise cannot be sent: let onMessage return nothing and reply with ws.send()'
      : `a reply of type ${typeof reply} is no message: return a string, bytes or nothing`,
  );
}
