import { type Encoded, failure, type Reply } from '../protocols/resp/reply.js';
import type { Request } from '../protocols/resp/request.js';
import type { KeySpace } from './key-space.js';
import type { Session } from './session.js';

/** What commands work on. */
export interface RedisState {
  readonly keys: KeySpace;
  readonly commands: readonly Command[];
  /** Milliseconds of the wall clock. */
  readonly startedAt: number;
  /** Clients that are connected. */
  readonly clients: number;
  /** Commands that were carried out. */
  readonly executed: number;
}

/** One command of the table. */
export interface Command {
  /** In small letters; of a subcommand its own name alone. */
  readonly name: string;
  /** Arguments with the name (and the subcommand's); below 0: at least so many. */
  readonly arity: number;
  readonly flags: readonly Flag[];
  /** Which arguments are keys: the first, the last (-1: to the end), and how many from one to the next. */
  readonly keys: readonly [first: number, last: number, step: number];
  readonly group: 'connection' | 'generic' | 'server' | 'string';
  readonly summary: string;
  /** The Redis version in which it first was. */
  readonly since: string;
  readonly subcommands?: readonly Command[];
  /** @throws Refusal for what cannot be done */
  run(request: Request, session: Session, redis: RedisState): Reply;
}

/** As COMMAND INFO tells them. */
export type Flag =
  | 'admin'
  | 'denyoom'
  | 'fast'
  | 'loading'
  | 'noscript'
  | 'readonly'
  | 'stale'
  | 'write';

export const NO_KEYS = [0, 0, 0] as const;
export const ONE_KEY = [1, 1, 1] as const;
export const ALL_KEYS = [1, -1, 1] as const;

/** Thrown by a command that cannot be done: the client is told the reply. */
export class Refusal extends Error {
  readonly reply: Encoded;

  constructor(text: string) {
    super(text);
    this.reply = failure(text);
  }
}

/** @param name of a subcommand: `client|setname` */
export function wrongArity(name: string): Refusal {
  return new Refusal(`ERR wrong number of arguments for '${name}' command`);
}

export function syntaxError(): Refusal {
  return new Refusal('ERR syntax error');
}

/** Whether a command takes so many arguments. */
export function fits(count: number, { arity }: Command): boolean {
  return arity > 0 ? count === arity : count >= -arity;
}
