/**
 * How the product ends.
 *
 *   running ── Ctrl-C ──> draining: what was opened last is closed first, each step within its time ──> exit 0
 *                             └── Ctrl-C again ──> everything is cut off at once ──> exit 130
 *
 * Whoever opens something says here how it is closed, so the order follows from the order of opening: the database was first and stops last.
 */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** One Ctrl-C may arrive twice: from the terminal, and once more through npm, which passes it on. */
const ECHO_WITHIN_MS = 300;

interface Step {
  readonly name: string;
  readonly withinMs: number;
  readonly run: () => Promise<unknown>;
}

export interface Shutdown {
  /** Aborts when draining begins: whoever would start something new looks here. */
  readonly signal: AbortSignal;
  /**
   * @param name a short code for the log.
   * @param withinMs how long the others wait for this; it may still be going on after that.
   */
  closeLater(name: string, withinMs: number, run: () => Promise<unknown>): void;
  /** What cannot be left behind even when nobody waits: children, the database. Runs on a second Ctrl-C; may not wait. */
  cutOffLater(run: () => void): void;
  /** Drains. Any number of calls are one. Never rejects: a step that fails is logged and the next one runs. */
  drain(): Promise<void>;
  /** What a signal of the operating system means; call it with each. */
  interrupt(): void;
}

async function runStep(step: Step, clock: Clock, log: Log): Promise<void> {
  const startedMs = clock.monotonicMs();
  const ended = new AbortController();
  let code = 'late';
  const run = step
    .run()
    .then(
      () => (code = 'ok'),
      () => (code = 'failed'),
    )
    .finally(() => ended.abort());
  await Promise.race([run, clock.sleep(step.withinMs, ended.signal)]);
  const fields = { code: `${step.name}.${code}`, ms: Math.round(clock.monotonicMs() - startedMs) };
  if (code === 'ok') log.info('shutdown.step', fields);
  else log.warn('shutdown.step', fields);
}

/**
 * @param exit ends the process; the only thing that happens after `drain` or a cut.
 */
export function createShutdown({
  clock,
  log,
  exit,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly exit: (code: number) => void;
}): Shutdown {
  const steps: Step[] = [];
  const cuts: (() => void)[] = [];
  const begun = new AbortController();
  let interruptedAtMs: number | null = null;
  let draining: Promise<void> | null = null;

  const drainAll = async (): Promise<void> => {
    log.info('shutdown.begin', { count: steps.length });
    begun.abort();
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) await runStep(step, clock, log);
    log.info('shutdown.done');
  };
  const drain = (): Promise<void> => (draining ??= drainAll());
  const cutOff = (): void => {
    log.warn('shutdown.forced');
    for (const cut of cuts.toReversed()) {
      try {
        cut();
      } catch {
        // The others must still be cut off.
      }
    }
    exit(130);
  };

  return {
    signal: begun.signal,
    closeLater: (name, withinMs, run) => void steps.push({ name, withinMs, run }),
    cutOffLater: (run) => void cuts.push(run),
    drain,
    interrupt() {
      const now = clock.monotonicMs();
      if (interruptedAtMs === null) {
        interruptedAtMs = now;
        void drain().then(() => exit(0));
      } else if (now - interruptedAtMs > ECHO_WITHIN_MS) {
        cutOff();
      }
    },
  };
}

/** Lets Ctrl-C, a closed terminal and a service manager's stop end the product. */
export function watchSignals(shutdown: Shutdown): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => shutdown.interrupt());
}
