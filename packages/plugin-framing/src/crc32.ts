import * as zlib from 'node:zlib';

/** Node has it from 20.15 on; other runtimes may not. */
const native = (zlib as { crc32?: (data: Uint8Array | string) => number }).crc32;

/** From so many bytes on the native function is quicker than the tables: it costs a call. */
const WORTH_A_CALL = 128;

/** `TABLES[n][byte]`: what a byte does to the checksum when `n` zero bytes follow it. */
const TABLES = makeTables();

/** The CRC-32 of Ethernet, gzip and zip (IEEE 802.3); of a text, that of its UTF-8. */
export function crc32(data: Uint8Array | string): number {
  if (native !== undefined && !(data.length < WORTH_A_CALL && typeof data !== 'string')) {
    return native(data);
  }
  return crc32ByTables(typeof data === 'string' ? Buffer.from(data) : data);
}

/** The same in JavaScript, four bytes at a time ("slicing by 4"). */
export function crc32ByTables(bytes: Uint8Array): number {
  const [table0, table1, table2, table3] = TABLES;
  const size = bytes.length;
  let sum = -1;
  let at = 0;
  for (; at + 4 <= size; at += 4) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum =
      table3[sum & 0xff]! ^
      table2[(sum >>> 8) & 0xff]! ^
      table1[(sum >>> 16) & 0xff]! ^
      table0[sum >>> 24]!;
  }
  for (; at < size; at += 1) sum = table0[(sum ^ bytes[at]!) & 0xff]! ^ (sum >>> 8);
  return ~sum >>> 0;
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array];

function makeTables(): Tables {
  const tables = Array.from({ length: 4 }, () => new Int32Array(256)) as unknown as Tables;
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    tables[0][byte] = sum;
  }
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = tables[0][byte]!;
    for (const table of tables.slice(1)) {
      sum = (sum >>> 8) ^ tables[0][sum & 0xff]!;
      table[byte] = sum;
    }
  }
  return tables;
}
