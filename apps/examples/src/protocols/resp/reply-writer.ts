import type { WriteBuffer } from 'gev';
import { Encoded, latin1, type Reply, RespMap, Verbatim } from './reply.js';

/** 2, or 3 after the client asked for it with HELLO. */
export type RespVersion = 2 | 3;

/** Writes a reply as the client's version of the protocol has it. */
export function writeReply(reply: Reply, out: WriteBuffer, version: RespVersion): void {
  if (typeof reply === 'object') {
    if (reply instanceof Encoded) writeFew(reply.bytes, out);
    else if (reply === null) writeAscii(version === 3 ? '_\r\n' : '$-1\r\n', out);
    else if (reply instanceof Uint8Array) writeBulk(reply, out);
    else if (reply instanceof RespMap) writeMap(reply, out, version);
    else if (reply instanceof Verbatim) writeVerbatim(reply, out, version);
    else writeArray(reply, out, version);
  } else if (typeof reply === 'string') {
    writeBulk(latin1(reply), out);
  } else {
    writeAscii(`:${reply}\r\n`, out);
  }
}

/** Up to this many bytes are written one by one: `write` is a call out of compiled code. */
const FEW = 24;

function writeFew(bytes: Uint8Array, out: WriteBuffer): void {
  if (bytes.length > FEW) out.write(bytes);
  else for (let index = 0; index < bytes.length; index += 1) out.writeUint8(bytes[index]!);
}

function writeAscii(text: string, out: WriteBuffer): void {
  for (let index = 0; index < text.length; index += 1) out.writeUint8(text.charCodeAt(index));
}

function writeBulk(bytes: Uint8Array, out: WriteBuffer): void {
  writeAscii(`$${bytes.length}\r\n`, out);
  writeFew(bytes, out);
  out.writeUint16(CRLF);
}

const CRLF = 0x0d0a;

function writeArray(replies: readonly Reply[], out: WriteBuffer, version: RespVersion): void {
  writeAscii(`*${replies.length}\r\n`, out);
  for (const reply of replies) writeReply(reply, out, version);
}

function writeMap({ entries }: RespMap, out: WriteBuffer, version: RespVersion): void {
  writeAscii(version === 3 ? `%${entries.length}\r\n` : `*${2 * entries.length}\r\n`, out);
  for (const [name, value] of entries) {
    writeReply(name, out, version);
    writeReply(value, out, version);
  }
}

function writeVerbatim({ text }: Verbatim, out: WriteBuffer, version: RespVersion): void {
  const bytes = latin1(text);
  if (version === 2) {
    writeBulk(bytes, out);
    return;
  }
  writeAscii(`=${bytes.length + 4}\r\ntxt:`, out);
  out.write(bytes);
  out.writeUint16(CRLF);
}
