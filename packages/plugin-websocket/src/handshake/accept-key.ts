import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What a server answers to a client's key (RFC 6455, section 4.2.2). */
export function acceptKeyOf(key: string): string {
  return createHash('sha1').update(key).update(GUID).digest('base64');
}

/** True for 16 bytes in base64. */
export function isKey(text: string | undefined): text is string {
  return text !== undefined && /^[+/0-9A-Za-z]{22}==$/.test(text);
}
