import { inspect } from 'node:util';
import { GevError, printable } from '@gev/core';

/** An error as data: structured clone drops its code, its fields and, of its own classes, the name. */
export interface PlainError {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: PlainCause | undefined;
}

/** What lies beneath an error: another one, or any value. */
type PlainCause = { readonly error: PlainError } | { readonly value: unknown };

/** Causes of causes that are told: a chain may be a circle. */
const DEEPEST = 8;

export function toPlain(thrown: unknown, depth = 0): PlainError {
  if (!(thrown instanceof Error)) {
    const message = typeof thrown === 'string' ? thrown : inWords(thrown);
    return { name: 'Error', code: undefined, message, stack: undefined, cause: undefined };
  }
  const { name, message, stack } = thrown;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const cause = depth < DEEPEST ? causeOf(thrown.cause, depth + 1) : undefined;
  return { name, code, message, stack, cause };
}

function causeOf(cause: unknown, depth: number): PlainCause | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? { error: toPlain(cause, depth) } : { value: toClone(cause) };
}

/** The error again; its stack tells where it was thrown in the other thread. */
export function fromPlain({ name, code, message, stack, cause }: PlainError): Error {
  const options = cause && { cause: 'error' in cause ? fromPlain(cause.error) : cause.value };
  if (code?.startsWith('ERR_GEV_')) return withStack(new GevError(code, message, options), stack);
  const error = Object.assign(new Error(message, options), code === undefined ? {} : { code });
  // As a class would have it: not among the fields that are printed.
  if (name !== error.name) Object.defineProperty(error, 'name', { value: name, writable: true });
  return withStack(error, stack);
}

function withStack(error: Error, stack: string | undefined): Error {
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** A copy as another thread gets it; what cannot be cloned is told in words. */
export function toClone(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return inWords(value);
  }
}

/** At length: it is all that the other thread gets. */
function inWords(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return printable(value);
  }
}
