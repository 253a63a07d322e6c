import { Encoded, type Reply, RespMap, Verbatim } from './reply.js';

/** No integer, null or header with the end of its line takes more bytes. */
const LONGEST_LINE = 24;
const NULL_LINE = '$-1\r\n'.length;

/**
 * Whether a reply takes at most so many bytes. Strings and lists count up to 24 bytes more than they
 * take. Looks at no more of the reply than tells.
 */
export function isWithin(reply: Reply, most: number): boolean {
  return roomBehind(reply, most) >= 0;
}

/** What is left of so much room; when that is too little, any number below 0. */
function roomBehind(reply: Reply, room: number): number {
  if (reply instanceof Encoded) return room - reply.bytes.length;
  if (typeof reply === 'string') return room - LONGEST_LINE - reply.length;
  if (typeof reply !== 'object') return room - LONGEST_LINE;
  if (reply === null) return room - NULL_LINE;
  if (reply instanceof Uint8Array) return room - LONGEST_LINE - reply.length;
  if (reply instanceof Verbatim) return room - LONGEST_LINE - reply.text.length;
  return roomBehindAll(reply instanceof RespMap ? reply.entries : reply, room - LONGEST_LINE);
}

function roomBehindAll(replies: readonly Reply[], room: number): number {
  let left = room;
  for (let index = 0; index < replies.length && left >= 0; index += 1) {
    left = roomBehind(replies[index]!, left);
  }
  return left;
}
