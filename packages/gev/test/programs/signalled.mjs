// A program that is told to stop; its server takes 300 ms to close, or for ever.
import { stopOnSignals } from '../../dist/index.js';

const [mode] = process.argv.slice(2);
const server = {
  close({ timeout }) {
    console.log(`close ${timeout}`);
    return new Promise((resolve) => {
      if (mode === 'quick') setTimeout(resolve, 300);
    });
  },
};
stopOnSignals(server, { timeout: 1234, tell: console.log });
setInterval(() => {}, 1000);
console.log('ready');
