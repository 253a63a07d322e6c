import { type Connection, defineHandler } from 'gev';

const CHUNK = new Uint8Array(64 * 1024).fill(0x2e);
const CHUNKS = 512;

/** What a connection is still owed, in chunks. */
const LEFT = 'left';

/** Sends until the peer is slower than we are; `onDrain` goes on from there. */
function pump(connection: Connection): void {
  let left = connection.get<number>(LEFT) ?? 0;
  let goOn = true;
  while (left > 0 && goOn) {
    goOn = connection.send(CHUNK);
    left -= 1;
  }
  connection.set(LEFT, left);
  const { id, writeBufferLength, readBufferLength } = connection;
  console.error(
    `connection ${id}: ${writeBufferLength} bytes unsent, ${readBufferLength} unread, ${left} chunks to go`,
  );
  // With nothing more to send we take orders again.
  if (left === 0) connection.resume();
}

export default defineHandler(() => ({
  onMessage(connection) {
    connection.pause();
    connection.set(LEFT, CHUNKS);
    pump(connection);
  },
  onDrain: pump,
}));
