import { isUtf8 } from 'node:buffer';
import { invalidOption } from './error-codes.js';
import { MAX_CONTROL } from './opcode.js';
import { violation } from './violation.js';

/** Close codes by name (RFC 6455, section 7.4.1, and IANA's registry). */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  /** Never on the wire: the close frame had no code. */
  noStatus: 1005,
  /** Never on the wire: the connection ended without a close frame. */
  abnormal: 1006,
  invalidData: 1007,
  policyViolation: 1008,
  tooLarge: 1009,
  missingExtension: 1010,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  badGateway: 1014,
} as const;

/** Bytes of a reason at most: a control frame less the code. */
export const MAX_REASON = MAX_CONTROL - 2;

const NOTHING = new Uint8Array(0);

/** True for a code that may stand in a close frame. */
export function isWireCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** What a close frame says. */
export interface CloseStatus {
  /** 1005 when the frame has no code. */
  readonly code: number;
  readonly reason: string;
}

/**
 * Reads the payload of a close frame.
 *
 * @throws GevError `ERR_GEV_PROTOCOL`
 */
export function readClose(payload: Uint8Array): CloseStatus {
  if (payload.length === 0) return { code: CloseCode.noStatus, reason: '' };
  if (payload.length === 1) {
    throw violation(CloseCode.protocolError, 'a close frame with one byte: half a code');
  }
  const code = payload[0]! * 256 + payload[1]!;
  if (!isWireCode(code)) {
    throw violation(CloseCode.protocolError, `a close frame with the code ${code}, which is none`);
  }
  const bytes = payload.subarray(2);
  if (!isUtf8(bytes)) {
    throw violation(CloseCode.invalidData, 'a close frame whose reason is not UTF-8');
  }
  return { code, reason: Buffer.from(bytes).toString('utf8') };
}

/**
 * Writes the payload of a close frame; empty for a code of 1005, that is without one.
 *
 * @param reason cut to 123 bytes at the border of a character
 */
export function writeClose(code: number, reason = ''): Uint8Array {
  if (code === CloseCode.noStatus) return NOTHING;
  const text = Buffer.from(reason, 'utf8');
  let size = Math.min(text.length, MAX_REASON);
  while (size < text.length && (text[size]! & 0xc0) === 0x80) size -= 1;
  const payload = new Uint8Array(2 + size);
  payload[0] = code >> 8;
  payload[1] = code & 0xff;
  payload.set(text.subarray(0, size), 2);
  return payload;
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` for a code or a reason that a user may not send */
export function checkClose(code: number, reason: string): void {
  if (!Number.isInteger(code) || !isWireCode(code)) {
    throw invalidOption(
      'the close code',
      code,
      '1000 to 1003, 1007 to 1014, or 3000 to 4999 for your own meaning',
    );
  }
  const size = Buffer.byteLength(reason);
  if (size > MAX_REASON) {
    throw invalidOption('the close reason', `${size} bytes long`, `at most ${MAX_REASON} bytes`);
  }
}
