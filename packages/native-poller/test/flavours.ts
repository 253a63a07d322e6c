import { type NativePollerOptions, nativeAvailability } from '../src/index.js';

/** A backend and a way of watching it. */
export interface Flavour {
  readonly title: string;
  readonly options: Pick<NativePollerOptions, 'backend' | 'watch'>;
}

const known: readonly Flavour[] = (['default', 'kqueue'] as const).flatMap((backend) =>
  (['uv_poll', 'thread'] as const).map((watch) => ({
    title: `${backend === 'default' ? 'own backend' : 'kqueue'}, ${watch}`,
    options: { backend, watch },
  })),
);

function reasonToSkip({ options }: Flavour): string | undefined {
  const answer = nativeAvailability(options.backend);
  if (!answer.available) return answer.reason;
  if (options.watch === 'thread' || answer.watchable) return undefined;
  return "libkqueue's descriptor is a pipe that says nothing of readiness";
}

/** The flavours that run on this machine. */
export const flavours = known.filter((flavour) => reasonToSkip(flavour) === undefined);

/** Those that do not, and why. */
export const skipped = known.flatMap((flavour) => {
  const reason = reasonToSkip(flavour);
  return reason === undefined ? [] : [{ title: flavour.title, reason }];
});

for (const { title, reason } of skipped) console.warn(`skipped: ${title}: ${reason}`);
