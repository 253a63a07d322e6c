import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.js';

export default defineConfig([
  library,
  // The program of a loop's thread: run as a file, never imported.
  { ...library, entry: ['src/loop-worker.ts'], format: ['esm'], dts: false, clean: false },
]);
