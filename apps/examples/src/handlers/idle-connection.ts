import { defineHandler, formatAddress } from 'gev';

export default defineHandler(() => ({
  onConnect(connection) {
    connection.set('since', performance.now());
    console.error(`${formatAddress(connection.remoteAddress)} came`);
  },
  onMessage: (_connection, data) => data,
  onClose(connection, reason) {
    const stayed = Math.round(performance.now() - (connection.get<number>('since') ?? 0));
    console.error(`${formatAddress(connection.remoteAddress)} left after ${stayed} ms: ${reason}`);
  },
}));
