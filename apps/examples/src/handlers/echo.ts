// Called once in each loop: on the server's thread with one loop, else in the loop's own.
import { defineHandler } from 'gev';

export default defineHandler(() => ({
  onMessage: (_connection, data) => data,
}));
