import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/*.ts', 'src/handlers/*.ts', 'src/redis/index.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  splitting: true,
  clean: true,
});
