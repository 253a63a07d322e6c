import type { Broker, Publication, PublishOptions } from '@gev/core';
import type { LoopBoard, PostOffice } from '@gev/loop';
import { LetterKind } from './letters.js';

interface Head {
  readonly topic: string;
  readonly options: PublishOptions;
}

/** Takes publications to the other loops of the server, by the pollers' mailboxes. */
export class MailBroker implements Broker {
  readonly #office: PostOffice;
  readonly #board: LoopBoard;
  readonly #id: number;

  constructor(office: PostOffice, board: LoopBoard, id: number) {
    this.#office = office;
    this.#board = board;
    this.#id = id;
  }

  start(receive: (publication: Publication) => void): void {
    this.#office.receive(LetterKind.publish, ({ head, body }) =>
      receive({ ...(head as Head), bytes: body }),
    );
  }

  // Every loop is told of everything, and passes over what nobody there is subscribed to.
  subscribe(): void {}
  unsubscribe(): void {}

  publish({ topic, options, bytes }: Publication): boolean {
    const head: Head = { topic, options };
    let toldAll = true;
    for (let loop = 0; loop < this.#board.loops; loop += 1) {
      if (loop === this.#id) continue;
      if (!this.#office.send(LetterKind.publish, loop, head, bytes)) toldAll = false;
    }
    return toldAll;
  }
}
