import assert from 'node:assert/strict';
import { GevError } from '@gev/core';
import { describe, it } from 'vitest';
import { createTestConnection } from '../src/index.js';

describe('createTestConnection', () => {
  it('records what is sent', async () => {
    const connection = createTestConnection<string>();
    const flushed = new Promise((resolve) => {
      connection.send('one', { onFlushed: resolve });
    });
    connection.sendAll(['two', 'three']);
    assert.deepEqual(connection.sent, ['one', 'two', 'three']);
    assert.equal(await flushed, undefined);
  });

  it('takes nothing once its sending side has ended', () => {
    for (const end of ['close', 'destroy', 'shutdownWrite'] as const) {
      const connection = createTestConnection();
      assert.equal(connection.sendable, true);
      connection[end]();
      assert.equal(connection.sendable, false);
      assert.equal(connection.ended, end);
      assert.equal(connection.closed, end !== 'shutdownWrite');
      assert.throws(
        () => connection.send('late'),
        (error) => error instanceof GevError && error.code === 'ERR_GEV_CLOSED',
      );
    }
  });

  it('has an id and values of its own', () => {
    const [one, other] = [createTestConnection(), createTestConnection()];
    assert.notEqual(one.id, other.id);
    one.set('key', 1);
    assert.equal(one.get('key'), 1);
    assert.equal(other.get('key'), undefined);
    assert.equal(one.delete('key'), true);
    assert.equal(one.get('key'), undefined);
    one.pause();
    assert.equal(one.paused, true);
    one.resume();
    assert.equal(one.paused, false);
  });
});
