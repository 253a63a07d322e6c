/** Frames written by hand, independent of the encoder that is tested. */
export interface WireFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  /** The three reserved bits, as 0x40, 0x20 and 0x10. */
  readonly rsv?: number;
  /** Four bytes, or undefined for no mask. */
  readonly key?: readonly number[] | undefined;
  /** Which of the three forms the length has: 7, 16 or 64 bits. Default: the shortest. */
  readonly form?: 7 | 16 | 64;
}

export const KEY = [0x37, 0xfa, 0x21, 0x3d] as const;

/** The bytes of one frame. */
export function wire({ opcode, payload = '', fin = true, rsv = 0, key, form }: WireFrame): Buffer {
  const body = Buffer.from(payload as string);
  const bits = form ?? (body.length < 126 ? 7 : body.length < 65_536 ? 16 : 64);
  const first = (fin ? 0x80 : 0) | rsv | opcode;
  const mask = key ? 0x80 : 0;
  const head =
    bits === 7
      ? Buffer.from([first, mask | body.length])
      : bits === 16
        ? Buffer.from([first, mask | 126, body.length >> 8, body.length & 0xff])
        : Buffer.concat([Buffer.from([first, mask | 127]), u64(body.length)]);
  if (!key) return Buffer.concat([head, body]);
  const masked = body.map((byte, index) => byte ^ key[index % 4]!);
  return Buffer.concat([head, Buffer.from(key), masked]);
}

/** A client's frame, masked. */
export function masked(
  opcode: number,
  payload: Uint8Array | string = '',
  more: Partial<WireFrame> = {},
) {
  return wire({ opcode, payload, key: KEY, ...more });
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** What a frame on the wire is, read by hand. */
export interface ReadFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly isMasked: boolean;
  readonly payload: Buffer;
}

/** All frames of a stream, which has to end with a whole one. */
export function readFrames(bytes: Buffer): ReadFrame[] {
  const frames: ReadFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    at += 2;
    let size = second & 0x7f;
    if (size === 126) {
      size = bytes.readUInt16BE(at);
      at += 2;
    } else if (size === 127) {
      size = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    const isMasked = (second & 0x80) !== 0;
    const key = isMasked ? bytes.subarray(at, at + 4) : undefined;
    at += isMasked ? 4 : 0;
    if (at + size > bytes.length) throw new Error('half a frame');
    const payload = Buffer.from(bytes.subarray(at, at + size));
    if (key) for (const [index] of payload.entries()) payload[index]! ^= key[index % 4]!;
    at += size;
    frames.push({ opcode: first & 0x0f, fin: first >= 0x80, rsv: first & 0x70, isMasked, payload });
  }
  return frames;
}

/** Code and reason of a close frame. */
export function closeOf({ payload }: ReadFrame): [code: number, reason: string] {
  return payload.length < 2
    ? [1005, '']
    : [payload.readUInt16BE(0), payload.subarray(2).toString('utf8')];
}

/** A valid opening handshake of a client. */
export function upgradeRequest(lines: readonly string[] = [], target = '/'): string {
  const all = [
    `GET ${target} HTTP/1.1`,
    'Host: example.org',
    'Connection: keep-alive, Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
  ];
  return `${all.join('\r\n')}\r\n\r\n`;
}

/** The answer to the key above (RFC 6455, section 1.3). */
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** A server's answer to an opening handshake. */
export function upgradeResponse(accept: string, lines: readonly string[] = []): string {
  const all = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Accept: ${accept}`,
    ...lines,
  ];
  return `${all.join('\r\n')}\r\n\r\n`;
}
