import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: ['src/*.ts', 'src/handlers/*.ts', 'src/redis/index.ts'],
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    splitting: true,
    // Not what the other build puts there meanwhile.
    clean: ['!chat/**'],
  },
  {
    entry: ['src/chat/page/chat.ts'],
    outDir: 'dist/chat',
    publicDir: 'src/chat/page/public',
    format: ['esm'],
    target: 'es2022',
    platform: 'browser',
    clean: true,
  },
]);
