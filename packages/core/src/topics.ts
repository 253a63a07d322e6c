/** A connection, as far as its topics go. */
export interface Subscriber {
  readonly id: number;
  readonly closed: boolean;
}

/** How one publication wants to be treated. */
export interface PublishOptions {
  /** The id of a connection to leave out: usually the publisher's own. */
  readonly except?: number;
}

/**
 * When a subscriber can take a publication: at once, when it asks for it itself, or never, as too much waits
 * already.
 */
export type Turn = 'now' | 'later' | 'never';

/** What a subscriber wants when it reads too slowly. One object may serve any number of them. */
export interface SubscribeOptions {
  /**
   * Bytes that the kernel had no room for. What is published while there are more is not sent to this
   * subscriber. Default: it is sent everything, and closed at its output cap.
   */
  readonly slowAbove?: number;
  /**
   * Asked before each delivery, for protocols in which a message may be under way that nothing can be put
   * into; not where more than `slowAbove` is unsent. `later`: it has kept a copy of the bytes, which are valid
   * until it returns, and sends them itself. `never`: as if the subscriber read too slowly. It must neither end
   * a connection nor throw. Default `now`.
   */
  turn?(subscriber: Subscriber, bytes: Uint8Array): Turn;
  /**
   * Told of each publication that was not sent for that, when all others have been sent to. It may end
   * the connection; it must not throw.
   */
  onSlow?(subscriber: Subscriber, topic: string): void;
}

/**
 * Names that connections of a server subscribe to, over all its loops. What is published is packed
 * once, stands once in each loop's output, and goes to every subscriber; those of a loop get what one
 * loop publishes in order.
 *
 * Thread rule: every member only on the loop's own thread.
 */
export interface Topics {
  /**
   * Returns false when it was subscribed already, which changes nothing, or is closed. Ends with the
   * connection.
   */
  subscribe(connection: Subscriber, topic: string, options?: SubscribeOptions): boolean;
  /** Returns false when it was not subscribed. */
  unsubscribe(connection: Subscriber, topic: string): boolean;
  /** Ends all subscriptions of a connection. */
  leave(connection: Subscriber): void;
  /** What a connection is subscribed to. */
  of(connection: Subscriber): readonly string[];
  /** Connections of this loop that are subscribed to a topic. */
  subscribers(topic: string): number;
  /**
   * Packs a message and sends it to every subscriber. Returns false when another loop could not be
   * told; the others were.
   *
   * @throws GevError `ERR_GEV_HANDLER` when the protocol cannot pack it, or packs for each connection
   * anew (`packsPerConnection`): then its plugin has a way of its own to publish
   */
  publish(topic: string, message: unknown, options?: PublishOptions): boolean;
  /** The same, for bytes that are packed: they leave as they are. */
  publishPacked(topic: string, bytes: Uint8Array, options?: PublishOptions): boolean;
}

/** What a broker carries: bytes for the subscribers of a topic. */
export interface Publication {
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly options: PublishOptions;
}

/**
 * Carries what is published in one loop to the others. In-process by default; one over a message
 * broker takes it to other processes as well.
 *
 * Thread rule: one for each loop, every member on that loop's thread.
 */
export interface Broker {
  /** Says who gets what others publish. Once, before anything is published. */
  start(receive: (publication: Publication) => void): void;
  /** The loop has its first subscriber of a topic. */
  subscribe(topic: string): void;
  /** The loop has no subscriber of a topic any more. */
  unsubscribe(topic: string): void;
  /** Sends to all others; returns false when one could not be told. */
  publish(publication: Publication): boolean;
}
