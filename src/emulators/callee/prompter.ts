import type { SpeakOptions, Speech, Synthesiser, Urgency } from '../speech.ts';

/** What one voice on one call says, made ahead of need where that is possible. */
export interface Lines {
  /** The audio of a line; 'pending' while it is being made, an error when it cannot be. Asking for it makes it. */
  get(text: string): Speech | 'pending' | Error;
  /** Nobody needs the rest any more. */
  drop(): void;
}

/** Makes lines for all calls: those that are needed now at once, the rest one at a time in between. */
export interface Prompter {
  /** `first` is needed in a moment; `later` perhaps, the likeliest first. */
  prepare(speech: SpeakOptions, first: string, later: readonly string[]): Lines;
  /** Resolves when nothing is being made. */
  settled(): Promise<void>;
}

/** What is likeliest on any call comes before what is less likely on every other. */
interface Job {
  readonly rank: number;
  readonly work: () => Promise<void> | undefined;
}

export function createPrompter(synthesiser: Synthesiser): Prompter {
  const underWay = new Set<Promise<void>>();
  let background: Job[] = [];
  let working = false;

  function track(work: Promise<void>): Promise<void> {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
    return work;
  }

  async function workOff(): Promise<void> {
    working = true;
    while (background.length > 0) {
      const job = background.reduce((best, each) => (each.rank < best.rank ? each : best));
      background = background.filter((each) => each !== job);
      await job.work();
    }
    working = false;
  }

  return {
    prepare(options, first, later) {
      const made = new Map<string, Speech | 'pending' | Error>();
      let dropped = false;
      async function make(text: string, urgency: Urgency): Promise<void> {
        made.set(text, 'pending');
        try {
          made.set(text, await synthesiser.speak(text, options, urgency));
        } catch (thrown) {
          made.set(text, thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      }
      void track(make(first, 'now'));
      for (const [rank, text] of later.entries()) {
        background.push({ rank, work: () => (dropped || made.has(text) ? undefined : make(text, 'soon')) });
      }
      if (!working) void track(workOff());
      return {
        get(text) {
          if (!made.has(text)) void track(make(text, 'now'));
          return made.get(text) ?? 'pending';
        },
        drop() {
          dropped = true;
          made.clear();
        },
      };
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
