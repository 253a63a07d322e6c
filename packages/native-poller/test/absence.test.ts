import { describe, expect, it } from 'vitest';
import { createNativePoller, nativeAvailability } from '../src/index.js';

describe.each(['default', 'kqueue'] as const)('without a binary, the backend %s', (backend) => {
  it('is told as not available, in one line with advice', () => {
    expect(nativeAvailability(backend)).toEqual({
      available: false,
      reason: expect.stringMatching(/^the native poller cannot be loaded: [^\n]+$/),
    });
  });

  it('cannot be made', () => {
    expect(() => createNativePoller({ backend })).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_NATIVE_LOAD' }),
    );
  });
});
