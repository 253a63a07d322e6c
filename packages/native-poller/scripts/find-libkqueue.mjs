// Prints the folder that libkqueue was installed into, or nothing. Asked by binding.gyp.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

function fromPkgConfig() {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('pkg-config', ['--variable=prefix', 'libkqueue'], options).trim();
  } catch {
    return '';
  }
}

const folders = [process.env.GEV_LIBKQUEUE ?? '', fromPkgConfig()];
const found = folders.find(
  (folder) => folder !== '' && existsSync(join(folder, 'include/kqueue/sys/event.h')),
);
process.stdout.write(process.platform === 'linux' ? (found ?? '') : '');
