import type { Worker } from 'node:worker_threads';
import { GevError, type Logger, messageOf } from '@gev/core';
import type { Failure, Listening, Word } from './worker-messages.js';

/**
 * Waits for the endpoint's thread to listen, or to fail to.
 *
 * @throws GevError (rejects with) `ERR_GEV_IO` when the thread ends without a word; `cause` is its error
 */
export function firstWord(worker: Worker): Promise<Listening | Failure> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(endedAtOnce(cause));
    worker.once('message', resolve);
    worker.once('error', fail);
    worker.once('exit', (code) => fail(`exit code ${code}`));
  });
}

/** Tells the user of what the endpoint's thread says once it listens. */
export function tell(logger: Logger, address: string, word: Word): void {
  if (word.kind === 'clash') {
    logger.warn(
      { metric: word.name, loop: word.loop },
      'a metric is not shown: another loop has its name with another kind, labels or buckets',
    );
  } else if (word.kind === 'failed') {
    const { errno, syscall } = word;
    logger.warn({ address, errno, syscall }, 'the metrics could not be shown to somebody');
  }
}

function endedAtOnce(cause: unknown): GevError<'ERR_GEV_IO'> {
  return new GevError(
    'ERR_GEV_IO',
    `the thread of the metrics ended as it began: ${messageOf(cause)}`,
    {
      cause,
    },
  );
}
