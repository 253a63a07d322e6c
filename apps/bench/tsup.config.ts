import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/main.ts', 'src/servers/*.ts', 'src/handlers/*.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  // CommonJS, which requires modules of Node: it is measured as it is installed.
  external: ['ws'],
  splitting: true,
  clean: true,
});
