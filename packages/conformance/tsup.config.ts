import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.js';

export default defineConfig({
  ...library,
  entry: { index: 'src/index.ts', 'memory-poller': 'src/memory-poller/index.ts' },
});
