import type { Protocol } from '@gev/core';
import { type Codec, mapProtocol } from './map-protocol.js';

/**
 * A protocol with several codecs on top, the one next to the bytes first: what came passes them from
 * left to right (`decode`), what is sent from right to left (`encode`). A framing cuts the stream, and
 * each codec maps whole messages: one message of the framing is one message of the handler.
 *
 * `compose(p, a, b)` is `mapProtocol(mapProtocol(p, a), b)`, errors and all.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` as `mapProtocol` does
 *
 * @example
 * const packed = compose(
 *   lengthField(),
 *   { decode: (bytes) => inflateRawSync(bytes, { maxOutputLength: MiB }), encode: deflateRawSync },
 *   { decode: (bytes) => JSON.parse(bytes.toString()), encode: (value) => JSON.stringify(value) },
 * );
 */
export function compose<I0, O0>(protocol: Protocol<I0, O0>): Protocol<I0, O0>;
export function compose<I0, O0, I1, O1>(
  protocol: Protocol<I0, O0>,
  first: Codec<I0, O0, I1, O1>,
): Protocol<I1, O1>;
export function compose<I0, O0, I1, O1, I2, O2>(
  protocol: Protocol<I0, O0>,
  first: Codec<I0, O0, I1, O1>,
  second: Codec<I1, O1, I2, O2>,
): Protocol<I2, O2>;
export function compose<I0, O0, I1, O1, I2, O2, I3, O3>(
  protocol: Protocol<I0, O0>,
  first: Codec<I0, O0, I1, O1>,
  second: Codec<I1, O1, I2, O2>,
  third: Codec<I2, O2, I3, O3>,
): Protocol<I3, O3>;
export function compose(
  protocol: Protocol<unknown>,
  ...codecs: readonly Codec<unknown, unknown, unknown>[]
): Protocol<unknown> {
  return codecs.reduce<Protocol<unknown>>(mapProtocol, protocol);
}
