import { defineHandler } from 'gev';
import { frames } from '../protocols/frames.js';

export default defineHandler(() => ({
  protocol: frames,
  handler: { onMessage: (_connection, body) => body },
}));
