/** A file of the dashboard page. */
export interface Asset {
  readonly type: string;
  readonly body: string | Uint8Array;
}

const PAGE: Asset = {
  type: 'text/html; charset=utf-8',
  body: '<!doctype html><title>gev</title><a href="metrics">metrics</a> <a href="feed">feed</a>\n',
};

/** The page at `/` and its files under `/assets/`; undefined where there is none. */
export function assetOf(path: string): Asset | undefined {
  return path === '/' ? PAGE : undefined;
}
