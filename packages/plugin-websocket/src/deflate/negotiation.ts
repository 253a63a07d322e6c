import { handshakeError } from '../error-codes.js';
import { HttpError } from '../handshake/http-error.js';
import { type Extension, parseExtensions } from './extension-header.js';
import type { DeflateSettings } from './options.js';

const NAME = 'permessage-deflate';

/** What both sides have agreed upon. */
export interface Agreement {
  readonly ownWindowBits: number;
  readonly ownContextTakeover: boolean;
  readonly peerWindowBits: number;
  readonly peerContextTakeover: boolean;
}

/** What a server answers, and what it then means. */
export interface Answer {
  readonly header: string;
  readonly agreement: Agreement;
}

/** The four parameters (RFC 7692, section 7.1), checked. */
interface Parameters {
  readonly serverNoTakeover: boolean;
  readonly clientNoTakeover: boolean;
  readonly serverBits: number | undefined;
  /** True: the client heeds it, and leaves the value to the server. */
  readonly clientBits: number | true | undefined;
}

/**
 * The server's answer to the first offer that it can take; undefined when there is none.
 *
 * @throws HttpError 400 for a malformed header
 */
export function answerOffers(
  header: string | undefined,
  settings: DeflateSettings,
): Answer | undefined {
  if (header === undefined) return undefined;
  const offers = parseExtensions(header);
  if (offers === undefined) throw new HttpError(400, 'Sec-WebSocket-Extensions is malformed');
  for (const offer of offers) {
    const answer = offer.name === NAME ? answerOffer(offer, settings) : undefined;
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function answerOffer(offer: Extension, settings: DeflateSettings): Answer | undefined {
  const asked = readParameters(offer);
  if (asked === undefined) return undefined;
  // A client that does not tell that it heeds client_max_window_bits cannot be bound to it.
  if (settings.peerWindowBits < 15 && asked.clientBits === undefined) return undefined;
  const askedOfPeer = typeof asked.clientBits === 'number' ? asked.clientBits : 15;
  const agreement: Agreement = {
    ownWindowBits: Math.min(settings.ownWindowBits, asked.serverBits ?? 15),
    ownContextTakeover: settings.ownContextTakeover && !asked.serverNoTakeover,
    peerWindowBits: Math.min(settings.peerWindowBits, askedOfPeer),
    peerContextTakeover: settings.peerContextTakeover && !asked.clientNoTakeover,
  };
  const parts = [NAME];
  if (!agreement.ownContextTakeover) parts.push('server_no_context_takeover');
  if (!agreement.peerContextTakeover) parts.push('client_no_context_takeover');
  if (agreement.ownWindowBits < 15 || asked.serverBits !== undefined) {
    parts.push(`server_max_window_bits=${agreement.ownWindowBits}`);
  }
  if (agreement.peerWindowBits < 15) {
    parts.push(`client_max_window_bits=${agreement.peerWindowBits}`);
  }
  return { header: parts.join('; '), agreement };
}

/** What a client offers. */
export function makeOffer(settings: DeflateSettings): string {
  const parts = [NAME];
  if (!settings.ownContextTakeover) parts.push('client_no_context_takeover');
  if (!settings.peerContextTakeover) parts.push('server_no_context_takeover');
  if (settings.peerWindowBits < 15) {
    parts.push(`server_max_window_bits=${settings.peerWindowBits}`);
  }
  const bits = settings.ownWindowBits < 15 ? `=${settings.ownWindowBits}` : '';
  parts.push(`client_max_window_bits${bits}`);
  return parts.join('; ');
}

/**
 * What the server's answer to {@link makeOffer} means; undefined when it declined.
 *
 * @param settings undefined when nothing was offered
 * @throws GevError `ERR_GEV_HANDSHAKE`
 */
export function readAnswer(
  header: string | undefined,
  settings: DeflateSettings | undefined,
): Agreement | undefined {
  if (header === undefined) return undefined;
  const [answer, ...more] = parseExtensions(header) ?? [];
  if (answer?.name !== NAME || more.length > 0 || settings === undefined) throw wrong(header);
  const agreed = readParameters(answer);
  if (agreed === undefined || agreed.clientBits === true) throw wrong(header);
  if (!settings.peerContextTakeover && !agreed.serverNoTakeover) throw wrong(header);
  if ((agreed.serverBits ?? 15) > settings.peerWindowBits) throw wrong(header);
  return {
    ownWindowBits: Math.min(settings.ownWindowBits, agreed.clientBits ?? 15),
    ownContextTakeover: settings.ownContextTakeover && !agreed.clientNoTakeover,
    peerWindowBits: agreed.serverBits ?? 15,
    peerContextTakeover: !agreed.serverNoTakeover,
  };
}

function wrong(header: string): Error {
  return handshakeError(
    `the server answered the extensions '${header}', which do not fit the offer`,
  );
}

/** Undefined for a parameter that is unknown or has a value that it cannot have. */
function readParameters({ parameters }: Extension): Parameters | undefined {
  const flags = ['server_no_context_takeover', 'client_no_context_takeover'];
  for (const [name, value] of parameters) {
    if (flags.includes(name)) {
      if (value !== true) return undefined;
    } else if (name === 'server_max_window_bits') {
      if (bitsOf(value) === undefined) return undefined;
    } else if (name === 'client_max_window_bits') {
      if (value !== true && bitsOf(value) === undefined) return undefined;
    } else {
      return undefined;
    }
  }
  const client = parameters.get('client_max_window_bits');
  return {
    serverNoTakeover: parameters.has('server_no_context_takeover'),
    clientNoTakeover: parameters.has('client_no_context_takeover'),
    serverBits: bitsOf(parameters.get('server_max_window_bits')),
    clientBits: client === true ? true : bitsOf(client),
  };
}

/** 8 to 15, without a leading zero. */
function bitsOf(value: string | true | undefined): number | undefined {
  return typeof value === 'string' && /^([89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}
