// Echo on Bun.listen; runs under Bun.
import { bunListen } from '../bun-listen.js';

bunListen(() => (chunk) => chunk);
