import type { LoopReference } from '@gev/core';
import type { LoopBoard, PostOffice } from '@gev/loop';

/** What a letter between the threads of a server is about. */
export const LetterKind = {
  /** A user's value for `onPost`, or for the server's event `post`. */
  post: 1,
  /** A message for one connection. */
  send: 2,
  /** A message for many connections. */
  broadcast: 3,
  /** Bytes for the subscribers of a topic. */
  publish: 4,
} as const;

/** The loops of a board, as a thread with this office may use them. */
export function referencesOf(office: PostOffice, board: LoopBoard): readonly LoopReference[] {
  return Array.from({ length: board.loops }, (_, id) => ({
    id,
    get connections() {
      return board.connections(id);
    },
    post: (value: unknown) => office.send(LetterKind.post, id, value),
  }));
}
