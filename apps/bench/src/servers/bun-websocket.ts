// WebSocket echo on Bun.serve; runs under Bun.
import { bunServe } from '../bun-serve.js';

bunServe({ message: (ws, message) => ws.send(message) });
