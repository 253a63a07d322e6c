import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { bufferSuite, type ReadWriteBuffer } from '../src/index.js';
import { ArrayQueue } from './array-queue.js';
import { RecordingRunner } from './recording-runner.js';

bufferSuite({ describe, it }, 'ArrayQueue', () => new ArrayQueue());

/** As the Go original: a number that is not whole reads as 0. */
class ZeroWhenShort extends ArrayQueue {
  override peekUint32(offset = 0): number {
    return super.peekUint32(offset) ?? 0;
  }
}

class LittleEndian extends ArrayQueue {
  override peekUint16(offset = 0): number | undefined {
    return this.number(offset, 2, (view) => view.getUint16(0, true));
  }
}

class TakesWhatThereIs extends ArrayQueue {
  override take(size: number): Uint8Array | undefined {
    return super.take(Math.min(size, this.length));
  }
}

class SearchesAlwaysFromTheFront extends ArrayQueue {
  override indexOf(byte: number): number {
    return super.indexOf(byte);
  }
}

class CountsCharacters extends ArrayQueue {
  override writeString(text: string): number {
    super.writeString(text);
    return text.length;
  }
}

class DropsPastItsEnd extends ArrayQueue {
  override retrieve(size: number): void {
    if (size <= this.length) super.retrieve(size);
  }
}

class FailsToGrow extends ArrayQueue {
  override writeUint32(value: number): void {
    if (this.length < 4096) super.writeUint32(value);
  }
}

/** Its memory is a ring of 64 bytes, and numbers do not come together where it wraps round. */
class BreaksAtTheWrap extends ArrayQueue {
  #consumed = 0;

  override retrieve(size: number): void {
    if (size > 0) this.#consumed += Math.min(size, this.length);
    super.retrieve(size);
  }

  override peekUint32(offset = 0): number | undefined {
    const value = super.peekUint32(offset);
    const position = (this.#consumed + offset) % 64;
    return position > 60 && value !== undefined ? 0 : value;
  }
}

/** Reads the caller's memory when it is asked for the bytes. */
class CopiesLate extends ArrayQueue {
  #late = new Uint8Array(0);

  override write(bytes: Uint8Array): void {
    super.write(this.#late);
    this.#late = bytes as Uint8Array<ArrayBuffer>;
  }

  override take(size: number): Uint8Array | undefined {
    this.write(new Uint8Array(0));
    return super.take(size);
  }
}

describe('bufferSuite with a broken buffer', () => {
  const cases: [new () => ReadWriteBuffer, RegExp][] = [
    [ZeroWhenShort, /undefined, not 0/],
    [LittleEndian, /big-endian/],
    [TakesWhatThereIs, /takes nothing when there are fewer/],
    [SearchesAlwaysFromTheFront, /finds the first of a byte/],
    [CountsCharacters, /writes UTF-8/],
    [DropsPastItsEnd, /told to drop more/],
    [CopiesLate, /copies what is written/],
    [FailsToGrow, /holds 64 KiB/],
    [BreaksAtTheWrap, /at every offset/],
  ];
  for (const [Broken, expected] of cases) {
    it(`fails for ${Broken.name}`, async () => {
      const runner = new RecordingRunner();
      bufferSuite(runner, Broken.name, () => new Broken());
      const failed = await runner.failures();
      assert.ok(
        failed.some((test) => expected.test(test)),
        `only these failed: ${failed.join('; ')}`,
      );
    });
  }

  it('tells the position', async () => {
    const runner = new RecordingRunner();
    bufferSuite(runner, 'broken', () => new BreaksAtTheWrap());
    await runner.failures();
    assert.match(runner.said('peeks big-endian numbers at every offset'), /at position 5\d/);
  });
});
