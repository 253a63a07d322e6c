import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, printable } from '../src/index.js';

describe('addresses', () => {
  it.each([
    ['tcp://127.0.0.1:1833', { transport: 'tcp', host: '127.0.0.1', port: 1833 }],
    ['tcp://[::1]:0', { transport: 'tcp', host: '::1', port: 0 }],
    ['tcp://[fe80::1%lo]:80', { transport: 'tcp', host: 'fe80::1%lo', port: 80 }],
    ['tcp://example.org:65535', { transport: 'tcp', host: 'example.org', port: 65_535 }],
    ['unix:///run/name.sock', { transport: 'unix', path: '/run/name.sock' }],
  ])('%s is read and written back', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(parseAddress(text))).toBe(text);
  });

  it.each([
    ['', 'scheme'],
    ['127.0.0.1:80', 'scheme'],
    ['udp://127.0.0.1:80', 'scheme'],
    ['tcp://127.0.0.1', 'form'],
    ['tcp://:80', 'form'],
    ['tcp://::1:80', 'form'],
    ['tcp://[1.2.3]:80', 'form'],
    ['tcp://127.0.0.1:65536', '65535'],
    ['tcp://127.0.0.1:-1', 'form'],
    ['tcp://127.0.0.1:80/path', 'form'],
    ['unix://relative.sock', 'absolute'],
    ['unix:///a\0b', 'zero byte'],
    [`unix:///${'x'.repeat(200)}`, '103 bytes'],
    [5 as unknown as string, 'not a string'],
    [Object.create(null), 'not a string'],
  ])('%j is refused with the value and the reason', (text, why) => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_INVALID_ADDRESS', name: 'GevError' }),
    );
    expect(() => parseAddress(text)).toThrow(why);
    expect(() => parseAddress(text)).toThrow(`${printable(text)} is no address`);
  });
});
