import type { IncomingMessage } from 'node:http';

/** What is asked for, without a query; as proxies are asked for it, by a whole URL, too: RFC 9112, 3.2.2. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] || '/';
}
