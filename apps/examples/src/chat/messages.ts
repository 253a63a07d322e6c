/** Somebody in a room. */
export interface Person {
  /** Unique among all loops, so that two of one name can be told apart. */
  readonly id: number;
  readonly name: string;
}

/** What a page may say: a JSON text each. The first has to be `join`. */
export type ChatRequest =
  | { readonly type: 'join' | 'rename'; readonly name: string }
  | { readonly type: 'say'; readonly text: string };

/** What a page is told: a JSON text each. */
export type ChatEvent =
  /** The answer to `join` and to `rename`. */
  | { readonly type: 'here'; readonly you: Person }
  /** Who is in the room, oneself too; again whenever that changes. */
  | { readonly type: 'people'; readonly people: readonly Person[] }
  /** `at`: milliseconds since 1970, of the server. */
  | {
      readonly type: 'said';
      readonly person: Person;
      readonly text: string;
      readonly at: number;
    }
  | { readonly type: 'refused'; readonly reason: string };

/** The most characters of each. */
export const LONGEST = { name: 32, text: 2_000, room: 40 } as const;

const ROOM_PATH = /^\/rooms\/([^/]+)$/;
const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;
// Control characters, but for the line feed, and those that turn the direction of what follows.
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The room that a path such as `/rooms/tea` names; `Tea` and `tea` are one. */
export function roomOf(path: string): string | undefined {
  const encoded = ROOM_PATH.exec(path)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const room = decodeURIComponent(encoded).normalize('NFC').toLowerCase();
    return ROOM.test(room) && room.length <= LONGEST.room ? room : undefined;
  } catch {
    return undefined;
  }
}

/** What a page said, cleaned; undefined when it is nothing of the kind. */
export function readRequest(json: string): ChatRequest | undefined {
  const value = parse(json);
  if (value === undefined) return undefined;
  const { type, name, text } = value;
  if ((type === 'join' || type === 'rename') && typeof name === 'string') {
    const clean = name.replace(/\s+/g, ' ').replace(UNSAFE, '').trim().normalize('NFC');
    return isWithin(clean, LONGEST.name) ? { type, name: clean } : undefined;
  }
  if (type === 'say' && typeof text === 'string') {
    const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(UNSAFE, ''));
    const clean = lines.join('\n').trim();
    return isWithin(clean, LONGEST.text) ? { type, text: clean } : undefined;
  }
  return undefined;
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest;
}
