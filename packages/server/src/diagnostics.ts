import { channel } from 'node:diagnostics_channel';
import {
  type CloseReason,
  type Connection,
  type Diagnostics,
  formatAddress,
  type Handler,
  type MessageHandling,
} from '@gev/core';
import { gevErrorOf } from './connection-errors.js';
import { trace } from './trace.js';

/*
 * What happens to connections, for whoever watches: channels of node:diagnostics_channel (documented at
 * `Diagnostics` in core) and traces. Where nobody does it costs a look at a flag: once a read for
 * messages, once an event for the rest.
 */

type AnyConnection = Connection<unknown>;
/** While it is under way. */
type Handling = { -readonly [Name in keyof MessageHandling]: MessageHandling[Name] };
type Message<Name extends keyof Diagnostics> = Diagnostics[Name];

const opens = channel('gev:connection:open');
const closes = channel('gev:connection:close');
const messages = channel('gev:message');
const messageEnds = channel('gev:message:end');
const errors = channel('gev:error');
const workerExits = channel('gev:worker:exit');

export function tellOpen(connection: AnyConnection): void {
  if (trace.enabled) {
    const peer = formatAddress(connection.remoteAddress);
    trace('loop %d: connection %d opened, peer %s', connection.loop.id, connection.id, peer);
  }
  if (opens.hasSubscribers) {
    opens.publish({ connection } satisfies Message<'gev:connection:open'>);
  }
}

export function tellClose(connection: AnyConnection, reason: CloseReason): void {
  if (trace.enabled) {
    trace('loop %d: connection %d closed: %s', connection.loop.id, connection.id, reason);
  }
  if (closes.hasSubscribers) {
    closes.publish({ connection, reason } satisfies Message<'gev:connection:close'>);
  }
}

/** @param thrown an error of ours, or anything that a callback threw */
export function tellError(thrown: unknown, connection?: AnyConnection): void {
  if (!trace.enabled && !errors.hasSubscribers) return;
  const error = gevErrorOf(thrown);
  trace('%s%s: %s', connection ? `connection ${connection.id}: ` : '', error.code, error.message);
  errors.publish({ error, connection } satisfies Message<'gev:error'>);
}

export function tellWorkerExit(exit: Message<'gev:worker:exit'>): void {
  trace('loop %d: its thread died: %s', exit.loop, exit.error.message);
  if (workerExits.hasSubscribers) workerExits.publish(exit);
}

/** Who is given the messages of a read: the handler itself, but where somebody watches. */
export function watched<In, Out, Context>(
  handler: Handler<In, Out, Context>,
): Pick<Handler<In, Out, Context>, 'onMessage'> {
  if (!messages.hasSubscribers && !messageEnds.hasSubscribers) return handler;
  return { onMessage: (connection, message) => handle(handler, connection, message) };
}

function handle<In, Out, Context>(
  handler: Handler<In, Out, Context>,
  connection: Connection<Out, Context>,
  message: In,
): ReturnType<typeof handler.onMessage> {
  const handling: Handling = { connection, message };
  try {
    const reply = messages.runStores(handling, handler.onMessage, handler, connection, message);
    handling.reply = reply;
    return reply;
  } catch (error) {
    handling.error = error;
    throw error;
  } finally {
    messageEnds.publish(handling);
  }
}
