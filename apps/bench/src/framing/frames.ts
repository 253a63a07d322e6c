const HEADER = 4;
const NOTHING = new Uint8Array(0);

/**
 * Cuts a connection's chunks into frames of a u32 big-endian length and a body. One object a
 * connection; bodies are views of the chunk.
 */
export class FrameReader {
  #rest: Buffer | undefined;

  /** Returns the bodies of all frames that `chunk` completes; keeps what is left of it. */
  read(chunk: Buffer): Buffer[] {
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const bodies: Buffer[] = [];
    let at = 0;
    while (input.length - at >= HEADER) {
      const end = at + HEADER + input.readUInt32BE(at);
      if (end > input.length) break;
      bodies.push(input.subarray(at + HEADER, end));
      at = end;
    }
    this.#rest = at === input.length ? undefined : input.subarray(at);
    return bodies;
  }
}

/**
 * All frames in one new buffer: one write carries every reply to one read.
 *
 * @param prefix what stands in every frame, between its length and the body
 */
export function encodeFrames(bodies: readonly Uint8Array[], prefix = NOTHING): Buffer {
  let size = 0;
  for (const body of bodies) size += HEADER + prefix.length + body.length;
  const output = Buffer.allocUnsafe(size);
  let at = 0;
  for (const body of bodies) {
    at = output.writeUInt32BE(prefix.length + body.length, at);
    if (prefix.length > 0) output.set(prefix, at);
    at += prefix.length;
    output.set(body, at);
    at += body.length;
  }
  return output;
}

/** One frame's header. */
export function encodeHeader(size: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32BE(size);
  return header;
}
