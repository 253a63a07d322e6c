import { capital, type Request } from '../protocols/resp/request.js';
import type { Command } from './command.js';

const SLOTS = 1024;

/** A command with its name as bytes, in capitals. */
interface Row {
  readonly name: Uint8Array;
  readonly command: Command;
}

/**
 * Finds a command by the bytes of its name, in whatever case, without making a string of them: a
 * string, its capitals and a look into a Map take 200 ns, this takes 20.
 */
export class CommandTable {
  readonly commands: readonly Command[];
  readonly #slots: (Row | undefined)[] = new Array(SLOTS).fill(undefined);

  constructor(commands: readonly Command[]) {
    this.commands = commands;
    for (const command of commands) this.#add(command);
  }

  /** @param index which argument is the name */
  find(request: Request, index: number): Command | undefined {
    const { bytes } = request;
    const start = request.starts[index]!;
    const end = request.ends[index]!;
    for (let slot = hash(bytes, start, end); ; slot = (slot + 1) % SLOTS) {
      const row = this.#slots[slot];
      if (row === undefined) return undefined;
      if (isName(row.name, bytes, start, end)) return row.command;
    }
  }

  #add(command: Command): void {
    const name = Uint8Array.from(Buffer.from(command.name.toUpperCase()));
    let slot = hash(name, 0, name.length);
    while (this.#slots[slot] !== undefined) slot = (slot + 1) % SLOTS;
    this.#slots[slot] = { name, command };
  }
}

/** A name is told well enough by its length and its first four letters. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = end - start;
  for (let at = start; at < end && at < start + 4; at += 1) {
    value = (Math.imul(value, 31) + capital(bytes[at]!)) | 0;
  }
  return value & (SLOTS - 1);
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at += 1) {
    if (capital(bytes[start + at]!) !== name[at]) return false;
  }
  return true;
}
