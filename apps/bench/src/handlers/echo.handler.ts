// Echo, and on request what this loop has done.
import { defineHandler } from 'gev';

/** What a loop tells when it is asked. */
export interface LoopReport {
  readonly loop: number;
  readonly connected: number;
  readonly messages: number;
}

/** In a worker thread `hrtime` is the same clock as in the server's. */
export interface Arrival {
  readonly connectedAt: bigint;
}

export default defineHandler((loop) => {
  let connected = 0;
  let messages = 0;
  loop.onPost(() => {
    const report: LoopReport = { loop: loop.id, connected, messages };
    loop.postToServer(report);
    connected = 0;
    messages = 0;
  });
  return {
    onConnect() {
      connected += 1;
      const arrival: Arrival = { connectedAt: process.hrtime.bigint() };
      loop.postToServer(arrival);
    },
    onMessage(_connection, data) {
      messages += 1;
      return data;
    },
  };
});
