import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GevError, isGevError, protocolError, reasonOfErrno, systemError } from '../src/index.js';

describe('errors', () => {
  it.each([
    ['EADDRINUSE', 'ERR_GEV_ADDRESS_IN_USE'],
    ['EADDRNOTAVAIL', 'ERR_GEV_ADDRESS_NOT_AVAILABLE'],
    ['EACCES', 'ERR_GEV_ACCESS'],
    ['EPERM', 'ERR_GEV_ACCESS'],
    ['ENOTSOCK', 'ERR_GEV_IO'],
  ])('%s becomes %s with the value, the call and advice', (errno, code) => {
    const error = systemError(errno, 'listen', 'tcp://127.0.0.1:80');
    expect(error).toMatchObject({ code, cause: { errno, syscall: 'listen' } });
    expect(error.message).toMatch(/^listen tcp:\/\/127\.0\.0\.1:80 failed with E\w+: .{10}/);
  });

  it('are known by their name and code, also those of another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { name: 'GevError', code: 'ERR_GEV_IO' });
    expect(isGevError(new GevError('ERR_GEV_IO', 'x'))).toBe(true);
    expect(isGevError(foreign)).toBe(true);
    expect(isGevError(new Error('x'))).toBe(false);
    expect(isGevError({ name: 'GevError', code: 'x' })).toBe(false);
  });

  it('protocolError carries its code and cause', () => {
    expect(protocolError('bad', 1)).toMatchObject({ code: 'ERR_GEV_PROTOCOL', cause: 1 });
    expect('cause' in protocolError('bad')).toBe(false);
  });

  it('a vanished peer and another failure have different reasons', () => {
    expect(reasonOfErrno('ECONNRESET')).toBe('peer-reset');
    expect(reasonOfErrno('EPIPE')).toBe('peer-reset');
    expect(reasonOfErrno('EIO')).toBe('io-error');
  });

  it('every code that the sources name has a heading in docs/errors.md, and the other way', () => {
    const root = new URL('../../../', import.meta.url);
    const docs = readFileSync(new URL('docs/errors.md', root), 'utf8');
    const headings = [...docs.matchAll(/^## (ERR_GEV_\w+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual([...headings].sort());
    expect(new Set(headings)).toEqual(codesInSources(root));
  });
});

function codesInSources(root: URL): Set<string> {
  const packages = fileURLToPath(new URL('packages/', root));
  const files = readdirSync(packages, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^[\w-]+\/src\/.*\.ts$/.test(file),
  );
  const codes = files.flatMap((file) => [
    ...readFileSync(join(packages, file), 'utf8').matchAll(/'(ERR_GEV_\w+)'/g),
  ]);
  return new Set(codes.map((match) => match[1]!));
}
