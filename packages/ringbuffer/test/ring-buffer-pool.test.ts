import assert from 'node:assert/strict';
import { GevError } from '@gev/core';
import { describe, it } from 'vitest';
import { RingBuffer, RingBufferPool } from '../src/index.js';

/** Borrows a buffer, fills it with `size` bytes and gives it back. */
function use(pool: RingBufferPool, size: number): void {
  const buffer = pool.take();
  buffer.write(new Uint8Array(size));
  pool.give(buffer);
}

describe('RingBufferPool', () => {
  it('lends a buffer again, empty and with its memory', () => {
    const pool = new RingBufferPool();
    const buffer = pool.take();
    buffer.write(new Uint8Array(2000));
    pool.give(buffer);
    assert.equal(pool.kept, 1);
    const again = pool.take();
    assert.equal(again, buffer);
    assert.deepEqual([again.length, again.capacity, again.peakLength], [0, 2048, 0]);
    assert.notEqual(pool.take(), buffer);
  });

  it('makes buffers that hold no memory yet', () => {
    assert.equal(new RingBufferPool().take().capacity, 0);
  });

  it('keeps a bounded number', () => {
    const pool = new RingBufferPool({ maxKept: 2 });
    const buffers = [pool.take(), pool.take(), pool.take()];
    for (const buffer of buffers) pool.give(buffer);
    assert.equal(pool.kept, 2);
  });

  it('does not keep a buffer that grew large', () => {
    const pool = new RingBufferPool({ keepCapacity: 4096 });
    use(pool, 5000);
    assert.equal(pool.kept, 0);
    use(pool, 4096);
    assert.equal(pool.kept, 1);
  });

  it('lets foreign memory go', () => {
    const pool = new RingBufferPool();
    pool.give(new RingBuffer().withData(new Uint8Array(100)));
    assert.equal(pool.take().capacity, 0);
  });

  it('bounds its buffers', () => {
    const pool = new RingBufferPool({ maxCapacity: 100 });
    assert.throws(
      () => pool.take().write(new Uint8Array(101)),
      (error) => error instanceof GevError && error.code === 'ERR_GEV_BUFFER_LIMIT',
    );
  });

  it('learns the most frequent size', () => {
    const pool = new RingBufferPool({ calibrateAfter: 100 });
    for (let count = 0; count < 30; count += 1) use(pool, 50);
    for (let count = 0; count < 70; count += 1) use(pool, 300);
    assert.equal(pool.initialCapacity, 512);
    assert.equal(pool.keepCapacity, 512);
  });

  it('learns what is too rare to keep, and lets it go', () => {
    const pool = new RingBufferPool({ calibrateAfter: 100, keepCapacity: 2 ** 20 });
    const large = pool.take();
    large.write(new Uint8Array(100_000));
    pool.give(large);
    assert.equal(pool.kept, 1);
    // The one large buffer serves all of them; it is judged by what they put in.
    for (let count = 0; count < 98; count += 1) use(pool, 200);
    assert.equal(pool.take(), large);
    pool.give(large);
    assert.equal(pool.keepCapacity, 256);
    assert.equal(pool.kept, 0);
    use(pool, 200);
    assert.equal(pool.kept, 1);
  });

  it('keeps a size that more than one in twenty uses need', () => {
    const pool = new RingBufferPool({ calibrateAfter: 100 });
    for (let count = 0; count < 100; count += 1) use(pool, count < 10 ? 10_000 : 64);
    assert.equal(pool.initialCapacity, 64);
    assert.equal(pool.keepCapacity, 16_384);
  });

  it('counts any size', () => {
    const pool = new RingBufferPool({ calibrateAfter: 1, keepCapacity: 0 });
    use(pool, 64);
    assert.equal(pool.initialCapacity, 64);
    use(pool, 65);
    assert.equal(pool.initialCapacity, 128);
    use(pool, 2 ** 25 + 1);
    assert.equal(pool.initialCapacity, 2 ** 25);
  });

  it('shares nothing with another pool', () => {
    const one = new RingBufferPool();
    one.give(one.take());
    assert.equal(new RingBufferPool().kept, 0);
  });

  it('refuses options that make no sense', () => {
    for (const options of [
      { maxKept: -1 },
      { initialCapacity: 0 },
      { maxCapacity: 0.5 },
      { keepCapacity: Number.NaN },
      { calibrateAfter: 0 },
    ]) {
      assert.throws(
        () => new RingBufferPool(options),
        (error) => error instanceof GevError && error.code === 'ERR_GEV_INVALID_OPTION',
      );
    }
  });
});
