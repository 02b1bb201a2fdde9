/**
 * One picture of the night for everybody who watches: however many pages are open, the store is asked once at a time, and the less often the
 * longer it takes, because it has calls to serve first.
 */
import type { Clock } from '../ports/clock.ts';
import type { NightSnapshot } from './snapshot.ts';

/** Often enough to follow a conversation. */
const FRESH_MS = 1_000;
/** A picture that takes a second is taken every five. */
const REST_FACTOR = 4;

export interface LiveNight {
  /** Not older than a second, or than a few times what taking it took. */
  latest(): Promise<NightSnapshot>;
  /** Milliseconds until asking again can bring something new. */
  readonly restMs: number;
}

export function liveNight(take: () => Promise<NightSnapshot>, clock: Clock): LiveNight {
  let picture: Promise<NightSnapshot> | null = null;
  let staleAtMs = 0;
  let restMs = FRESH_MS;

  const takeAnother = async (): Promise<NightSnapshot> => {
    const begunMs = clock.monotonicMs();
    staleAtMs = Infinity;
    try {
      return await take();
    } finally {
      const nowMs = clock.monotonicMs();
      restMs = Math.max(FRESH_MS, REST_FACTOR * (nowMs - begunMs));
      staleAtMs = nowMs + restMs;
    }
  };

  return {
    latest() {
      if (picture === null || clock.monotonicMs() >= staleAtMs) {
        const taken = takeAnother();
        picture = taken;
        // A picture that failed is not shown to the next who ask.
        taken.catch(() => {
          if (picture === taken) picture = null;
        });
      }
      return picture;
    },
    get restMs() {
      return restMs;
    },
  };
}
