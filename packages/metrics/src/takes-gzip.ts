import type { IncomingMessage } from 'node:http';

/** The coding is named, and not with the weight 0: RFC 9110, 12.5.3. */
const GZIP = /(?:^|,)\s*gzip(?=\s*(?:;|,|$))(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

/** Whether whoever asks reads gzip. */
export function takesGzip({ headers }: IncomingMessage): boolean {
  return GZIP.test(String(headers['accept-encoding'] ?? ''));
}
