import { Random } from './poller-suite/random.js';
import { ProtocolPeer, plain } from './protocol-peer.js';
import type { ProtocolSuiteOptions } from './protocol-suite-options.js';

/** The messages of a seed. */
export function samples<In, Out>(options: ProtocolSuiteOptions<In, Out>, seed = 1): readonly Out[] {
  const { messages } = options;
  return typeof messages === 'function' ? messages(new Random(seed)) : messages;
}

/** What has to come out for a message. */
export function expectedOf<In, Out>(options: ProtocolSuiteOptions<In, Out>, message: Out): unknown {
  return plain(options.expected ? options.expected(message) : message);
}

/** The bytes of messages, and where each begins and ends. */
export interface Stream {
  readonly bytes: Uint8Array;
  readonly borders: readonly number[];
}

/** What a peer sends for the messages. */
export function encodeAll<In, Out>(
  options: ProtocolSuiteOptions<In, Out>,
  messages: readonly Out[],
): Stream {
  const packer = new ProtocolPeer(options);
  const frames = messages.map((message) => options.encode?.(message) ?? packer.pack(message));
  const borders = [0];
  for (const frame of frames) borders.push(borders.at(-1)! + frame.length);
  const bytes = new Uint8Array(borders.at(-1)!);
  for (const [index, frame] of frames.entries()) bytes.set(frame, borders[index]!);
  return { bytes, borders };
}
