// Framed echo on Bun.listen, with the framing of the node:net peer; runs under Bun.
import { bunListen } from '../bun-listen.js';
import { encodeFrames, FrameReader } from '../framing/frames.js';

const onMessage = (body: Buffer) => body;

bunListen(() => {
  const reader = new FrameReader();
  return (chunk) => {
    const replies = reader.read(chunk).map(onMessage);
    return replies.length === 0 ? undefined : encodeFrames(replies);
  };
});
