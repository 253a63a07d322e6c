import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.js';

export default defineConfig([
  library,
  // The program of the endpoint's thread: run as a file, never imported.
  { ...library, entry: ['src/metrics-worker.ts'], format: ['esm'], dts: false, clean: false },
]);
