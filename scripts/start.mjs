// `npm start`: installs, builds, and runs the echo server in this process until Ctrl-C.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, setUp } from './pnpm.mjs';

setUp();
await import(pathToFileURL(join(root, 'apps/examples/dist/echo.js')).href);
