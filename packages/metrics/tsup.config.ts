import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.js';

/** uPlot is bundled into the page, and so its licence goes along. */
const uplot = createRequire(import.meta.url).resolve('uplot/package.json');
const licence = `/*! uPlot\n\n${readFileSync(join(uplot, '..', 'LICENSE'), 'utf8')}\n*/`;

export default defineConfig([
  // Not what the last build puts there meanwhile.
  { ...library, clean: ['!page/**'] },
  // The program of the endpoint's thread: run as a file, never imported.
  { ...library, entry: ['src/metrics-worker.ts'], format: ['esm'], dts: false, clean: false },
  // The dashboard: files that a browser loads.
  {
    entry: ['src/page/dashboard.ts', 'src/page/dashboard.css'],
    outDir: 'dist/page',
    publicDir: 'src/page/public',
    format: ['esm'],
    target: 'es2022',
    platform: 'browser',
    minify: true,
    banner: { js: licence, css: licence },
    clean: true,
  },
]);
