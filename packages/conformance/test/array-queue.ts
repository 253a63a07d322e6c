import type { ReadBuffer, WriteBuffer } from '@gev/core';

/** The simplest buffer that keeps the contract: slow, and easily seen to be right. */
export class ArrayQueue implements ReadBuffer, WriteBuffer {
  protected bytes: number[] = [];

  get length(): number {
    return this.bytes.length;
  }

  peekUint8(offset = 0): number | undefined {
    return this.bytes[offset];
  }

  peekUint16(offset = 0): number | undefined {
    return this.number(offset, 2, (view) => view.getUint16(0));
  }

  peekUint32(offset = 0): number | undefined {
    return this.number(offset, 4, (view) => view.getUint32(0));
  }

  peekUint64(offset = 0): bigint | undefined {
    return this.number(offset, 8, (view) => view.getBigUint64(0));
  }

  peek(size: number): readonly [first: Uint8Array, second: Uint8Array] {
    return [Uint8Array.from(this.bytes.slice(0, size)), new Uint8Array(0)];
  }

  indexOf(byte: number, from = 0): number {
    return this.bytes.indexOf(byte, from);
  }

  retrieve(size: number): void {
    if (size > 0) this.bytes.splice(0, size);
  }

  take(size: number): Uint8Array | undefined {
    return size <= this.length ? Uint8Array.from(this.bytes.splice(0, size)) : undefined;
  }

  read(target: Uint8Array): number {
    const bytes = this.bytes.splice(0, target.length);
    target.set(bytes);
    return bytes.length;
  }

  writeUint8(value: number): void {
    this.bytes.push(value & 0xff);
  }

  writeUint16(value: number): void {
    for (const shift of [8, 0]) this.writeUint8(value >>> shift);
  }

  writeUint32(value: number): void {
    for (const shift of [16, 0]) this.writeUint16(value >>> shift);
  }

  writeUint64(value: bigint): void {
    this.writeUint32(Number(value >> 32n));
    this.writeUint32(Number(value & 0xffffffffn));
  }

  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  writeString(text: string): number {
    const bytes = new TextEncoder().encode(text);
    this.write(bytes);
    return bytes.length;
  }

  protected number<Value>(
    offset: number,
    size: number,
    get: (view: DataView) => Value,
  ): Value | undefined {
    if (offset + size > this.bytes.length) return undefined;
    return get(new DataView(Uint8Array.from(this.bytes.slice(offset, offset + size)).buffer));
  }
}
