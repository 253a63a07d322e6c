import { flag, functions, known, wholeNumber } from './check-options.js';
import { chooseCodecs, Deflate } from './deflate/deflate.js';
import { type DeflateOptions, resolveDeflate } from './deflate/options.js';
import type { Endpoint, Timing, WebSocketCallbacks } from './endpoint.js';
import { invalidOption } from './error-codes.js';
import type { Masking } from './frame-encoder.js';
import type { HeadLimits } from './handshake/head-reader.js';
import { Masker, MaskKeys } from './mask.js';
import { Sweep } from './sweep.js';

/** Options that a server and a client have in common. Bytes and milliseconds. */
export interface CommonOptions {
  /** Bytes of a message, after decompression; more closes with 1009. Default 1 MiB. */
  readonly maxPayload?: number;
  /** Frames of a message; more closes with 1008. Default 65,536. */
  readonly maxFragments?: number;
  /** Bytes of the head of a request or response. Default 8 KiB. */
  readonly maxHeader?: number;
  /** Header lines of a request or response. Default 100. */
  readonly maxHeaders?: number;
  /** Text messages stay bytes, validated, instead of becoming strings. Default false. */
  readonly textAsBytes?: boolean;
  /** How long an opening handshake may take, hooks included. Default 10 seconds; 0: for ever. */
  readonly handshakeTimeout?: number;
  /** How long the peer may take to answer a close frame. Default 10 seconds; 0: for ever. */
  readonly closeTimeout?: number;
  /**
   * After `interval` without a sign of life a ping is sent; when then nothing comes for `timeout`, the
   * connection ends with 1006. `timeout` is by default the interval. Default: no heartbeat.
   */
  readonly heartbeat?: { readonly interval: number; readonly timeout?: number };
  /** permessage-deflate (RFC 7692). Default false. */
  readonly deflate?: boolean | DeflateOptions;
}

const MiB = 1024 * 1024;
const CALLBACKS = ['onOpen', 'onMessage', 'onPing', 'onPong', 'onClose', 'onDrain', 'onError'];
/** Names of {@link CommonOptions}. */
export const COMMON = [
  'maxPayload',
  'maxFragments',
  'maxHeader',
  'maxHeaders',
  'textAsBytes',
  'handshakeTimeout',
  'closeTimeout',
  'heartbeat',
  'deflate',
];

/**
 * Checks everything that servers and clients have in common.
 *
 * @param more names of the other options
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function resolveEndpoint<Data, Opening>(
  options: CommonOptions & WebSocketCallbacks<Data, Opening>,
  isServer: boolean,
  more: readonly string[],
): Endpoint<Data, Opening> {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(
      'the options',
      options,
      'an object such as { onMessage: (ws, data) => data }',
    );
  }
  known(options, [...CALLBACKS, ...COMMON, ...more]);
  functions(options, CALLBACKS);
  const masker = new Masker();
  const masking: Masking | undefined = isServer ? undefined : { masker, keys: new MaskKeys() };
  const deflate = resolveDeflate(options.deflate);
  const timing = resolveTiming(options);
  const rules = {
    masked: isServer,
    masker,
    textAsBytes: flag('textAsBytes', options.textAsBytes ?? false),
    maxPayload: wholeNumber('maxPayload', options.maxPayload ?? MiB, 0),
    maxFragments: wholeNumber('maxFragments', options.maxFragments ?? 65_536, 1),
  };
  return {
    callbacks: options,
    rules,
    masking,
    deflate: deflate && new Deflate(deflate, chooseCodecs(deflate, rules.maxPayload)),
    timing,
    sweep: new Sweep([
      timing.handshakeTimeout,
      timing.closeTimeout,
      timing.heartbeat?.interval ?? 0,
      timing.heartbeat?.timeout ?? 0,
    ]),
  };
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function resolveHeadLimits(options: CommonOptions): HeadLimits {
  return {
    maxHeader: wholeNumber('maxHeader', options.maxHeader ?? 8192, 64),
    maxHeaders: wholeNumber('maxHeaders', options.maxHeaders ?? 100, 1),
  };
}

function resolveTiming({ handshakeTimeout, closeTimeout, heartbeat }: CommonOptions): Timing {
  return {
    handshakeTimeout: wholeNumber('handshakeTimeout', handshakeTimeout ?? 10_000, 0),
    closeTimeout: wholeNumber('closeTimeout', closeTimeout ?? 10_000, 0),
    heartbeat: heartbeat === undefined ? undefined : resolveHeartbeat(heartbeat),
  };
}

function resolveHeartbeat(
  heartbeat: NonNullable<CommonOptions['heartbeat']>,
): NonNullable<Timing['heartbeat']> {
  if (typeof heartbeat !== 'object' || heartbeat === null) {
    throw invalidOption('heartbeat', heartbeat, '{ interval, timeout }, or leave it out');
  }
  known(heartbeat, ['interval', 'timeout']);
  const interval = wholeNumber('heartbeat.interval', heartbeat.interval, 1);
  const timeout = wholeNumber('heartbeat.timeout', heartbeat.timeout ?? interval, 1);
  return { interval, timeout };
}
