import type { Address, BroadcastFilter, LoopCounters, LoopReference, Poller } from '@gev/core';
import { LoopBoard, PostOffice, SERVER } from '@gev/loop';
import { Admission } from '../admission.js';
import { assertProtocol } from '../check-options.js';
import { type Application, loadHandlerModule } from '../handler-module.js';
import type { LoopSettings } from '../server-options.js';
import { LetterKind, referencesOf } from './letters.js';
import { ServerLoop } from './server-loop.js';
import type { ServerLoops, ServerLoopsEvents } from './server-loops.js';
import type { ServerSource } from './server-source.js';
import { uncloneable } from './uncloneable.js';

/** One loop on the calling thread. */
export class LocalLoop<In, Out, Context> implements ServerLoops<Out> {
  readonly references: readonly LoopReference[];
  readonly #source: ServerSource<In, Out, Context>;
  readonly #board = new LoopBoard(1);
  readonly #part: ServerLoop<In, Out, Context>;

  constructor(
    source: ServerSource<In, Out, Context>,
    poller: Poller,
    settings: LoopSettings,
    events: ServerLoopsEvents,
  ) {
    this.#source = source;
    const admission = new Admission(this.#board, settings);
    const { logger } = source;
    this.#part = new ServerLoop(
      {
        id: 0,
        poller,
        board: this.#board,
        logger,
        enter: (peer) => admission.enter(0, peer),
        leave: (peer) => admission.leave(0, peer),
      },
      settings,
    );
    const { office, dropped } = this.#part;
    // What the server posts comes from the server, not from its loop.
    this.references = referencesOf(
      new PostOffice(poller, this.#board, SERVER, dropped),
      this.#board,
    );
    // The server and its loop share a thread, and so a mailbox.
    office.receive(LetterKind.post, ({ to, head, from }) => {
      if (to === SERVER) events.onPost(head, from);
      else this.#part.onPost(head, from);
    });
    this.#board.setMailbox(0, poller.mailbox);
    this.#board.setMailbox(SERVER, poller.mailbox);
  }

  get counters(): readonly LoopCounters[] {
    return [{ loop: '0', counters: this.#part.loop.counters }];
  }

  get connections(): number {
    return this.#board.total;
  }

  async listen(addresses: readonly Address[]): Promise<readonly Address[]> {
    try {
      this.#part.use(await this.#application());
      const real: Address[] = [];
      for (const address of addresses) real.push(await this.#part.listen(address));
      // Last of all, so that nobody is connected to a server that then fails to start.
      this.#part.start();
      return real;
    } catch (error) {
      this.#part.stop();
      throw error;
    }
  }

  send(connection: number, message: Out): boolean {
    return this.#part.mail.send(connection, message);
  }

  broadcast(message: Out, filter?: BroadcastFilter): boolean {
    return this.#part.mail.broadcast(message, filter);
  }

  close(timeout: number): Promise<void> {
    return this.#part.drain(timeout);
  }

  async #application(): Promise<Application<In, Out, Context>> {
    const { handler, protocol, context, data } = this.#source;
    const own = { ...(protocol && { protocol }), ...(context && { context }) };
    if (!(handler instanceof URL)) return { handler, ...own };
    const application = await loadHandlerModule<In, Out, Context>(
      handler,
      this.#part.events,
      cloneOf(data),
    );
    if (application.protocol !== undefined) assertProtocol(application.protocol);
    return { ...application, ...own };
  }
}

/** As a loop on another thread gets it. */
function cloneOf(data: unknown): unknown {
  try {
    return structuredClone(data);
  } catch (cause) {
    throw uncloneable(cause);
  }
}
