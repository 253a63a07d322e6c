import { defineHandler } from 'gev';

/** A question that the server's own thread answers. */
export interface Question {
  readonly connection: number;
  readonly text: string;
}

/** Stands for a database: answers a little later. */
const lookUp = (text: string) =>
  new Promise<string>((resolve) => setTimeout(() => resolve(text.toUpperCase()), 20));

export default defineHandler((loop) => ({
  onMessage(connection, data) {
    // The bytes are valid until this returns: text that is kept has to be a copy.
    const text = Buffer.from(data).toString();
    if (text.startsWith('server:')) {
      const question: Question = { connection: connection.id, text: text.slice(7) };
      loop.postToServer(question);
      return;
    }
    lookUp(text).then((answer) => {
      // It may have left while we were looking, or be about to: of what `send` throws nobody would hear here.
      if (!connection.sendable) return;
      connection.send(answer, {
        onFlushed(error) {
          console.error(error ? `never sent: ${error.message}` : `${answer.length} bytes are sent`);
        },
      });
    });
  },
}));
