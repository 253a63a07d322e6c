/** What a frame is (RFC 6455, section 5.2). */
export const Opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** Set in opcodes of control frames. */
export const CONTROL = 0x8;

/** Bits of a frame's first byte. */
export const FIN = 0x80;
export const RSV1 = 0x40;

/** Bytes that a control frame carries at most (RFC 6455, section 5.5). */
export const MAX_CONTROL = 125;
