/** A small night, run by the product as a process of its own, with all that can be seen of it from outside. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Rollcall, logOf, runRollcall, startRollcall, withDatabase } from './rollcall.ts';

export const CALLS = 4;

const PRACTICE = fileURLToPath(new URL('../../demo/practice.json', import.meta.url));

const Counts = z.record(z.string(), z.number());

/** The numbers of a night, as the document and the page both have them. */
const Numbers = z.object({
  planned: z.number(),
  plannedConfirm: z.number(),
  plannedOffer: z.number(),
  dialed: z.number(),
  answered: z.number(),
  byDisposition: Counts,
  byOutcome: Counts,
  freed: z.number(),
  filled: z.number(),
  writeBacks: z.number(),
  landed: z.number(),
  notLanded: z.number(),
  held: Counts,
  unexplained: z.number(),
  live: z.number(),
});
export type Numbers = z.output<typeof Numbers>;

const Document = Numbers.extend({
  date: z.string(),
  emulated: z.array(z.string()),
  turnLatency: z.object({ turns: z.number(), p50Ms: z.number().nullable() }),
  scheduler: z
    .object({
      appointments: z.object({
        confirmed: z.number(),
        cancelledByReason: Counts,
        bookedSinceSeed: z.number(),
        movedSinceSeed: z.number(),
      }),
    })
    .nullable(),
});

const Snapshot = z.object({ date: z.string().nullable(), numbers: Numbers.nullable() });
const Board = z.object({ queues: z.array(z.object({ name: z.string(), counts: Counts })) });

/** Rows that the database holds when the night is over, by questions of the test's own. */
interface Kept {
  readonly attempts: readonly {
    readonly id: string;
    readonly sid: string | null;
    readonly status: string;
    readonly disposition: string | null;
    readonly dialed: boolean;
    readonly recordingMs: number | null;
  }[];
  readonly outcomes: readonly { readonly attempt: string; readonly kind: string }[];
  readonly writeBacks: readonly { readonly kind: string; readonly state: string }[];
  readonly contacts: readonly { readonly purpose: string; readonly state: string }[];
  readonly slots: readonly { readonly filled: boolean }[];
  readonly jobs: readonly { readonly queue: string; readonly data: unknown }[];
}

export interface NightRun {
  readonly dataDir: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly document: z.output<typeof Document>;
  /** What the live page was told, in order. */
  readonly page: readonly z.output<typeof Snapshot>[];
  readonly board: z.output<typeof Board>;
  /** What a second planning run said while calls went on; null when none was asked for. */
  readonly plannedAgain: unknown;
  readonly kept: Kept;
}

/** The demo's practice, but with one person on the waitlist, who takes what is offered, and hardly a pause before it is. */
function writePractice(file: string): void {
  const demo: unknown = JSON.parse(readFileSync(PRACTICE, 'utf8'));
  const { settings, waitlist, ...rest } = z
    .looseObject({ settings: z.looseObject({}), waitlist: z.array(z.looseObject({ id: z.string() })) })
    .parse(demo);
  const one = waitlist.filter(({ id }) => id === 'wait-13');
  writeFileSync(
    file,
    JSON.stringify({ ...rest, settings: { ...settings, coolOffSeconds: 1 }, waitlist: one }),
  );
}

/** Watches the page until its server goes away. */
async function watchPage(url: string): Promise<readonly z.output<typeof Snapshot>[]> {
  const seen: z.output<typeof Snapshot>[] = [];
  const answer = await fetch(`${url}/api/night/live`);
  let pending = '';
  try {
    for await (const piece of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      pending += piece;
      const events = pending.split('\n\n');
      pending = events.pop() ?? '';
      for (const event of events) {
        const data = event.split('\n').find((line) => line.startsWith('data: {'));
        if (data !== undefined) seen.push(Snapshot.parse(JSON.parse(data.slice('data: '.length))));
      }
    }
  } catch {
    // The server went away in the middle of a line.
  }
  return seen;
}

async function keptIn(dataDir: string): Promise<Kept> {
  return withDatabase(dataDir, async (database) => {
    const rows = async <T extends object>(sql: string): Promise<readonly T[]> =>
      (await database.query<T>(sql)).rows;
    return {
      attempts: await rows(
        `select id, sid, status, disposition, placed_at is not null as dialed, recording_ms as "recordingMs" from call_attempt`,
      ),
      outcomes: await rows('select attempt_id as attempt, kind from outcome'),
      writeBacks: await rows('select kind, state from write_back'),
      contacts: await rows('select purpose, state from contact'),
      slots: await rows('select filled_by_offer_id is not null as filled from slot where run_id is not null'),
      jobs: await rows('select name as queue, data from bullmq.job'),
    };
  });
}

/** Waits until the log has a line about this. */
const untilLogged = (rollcall: Rollcall, dataDir: string, event: string): Promise<true> =>
  rollcall.until(event, () => (logOf(dataDir).some((line) => line['event'] === event) ? true : null));

/** Runs the night to its end. */
export async function runNight({
  dataDir,
  env = {},
  planAgain = false,
}: {
  readonly dataDir: string;
  /** Settings on top of the fast profile, e.g. another scheduling system. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a second planning run is started while people talk. */
  readonly planAgain?: boolean;
}): Promise<NightRun> {
  const settings = { EMULATOR_PROFILE: 'zero', TWILIO_CPS: '5', ...env };
  const practice = join(dataDir, '..', 'practice.json');
  writePractice(practice);
  const imported = await runRollcall(['import', '--practice', practice], { dataDir });
  if (imported.code !== 0) throw new Error(imported.stderr);

  const calls = ['--calls', String(CALLS), '--json'];
  const rollcall = startRollcall(['start', '--once', ...calls], { dataDir, env: settings });
  const url = await rollcall.url();
  const page = watchPage(url);
  // Not earlier: loading a second process takes time from the first lines' synthesis.
  await untilLogged(rollcall, dataDir, 'turn.completed');
  const again = planAgain ? await runRollcall(['schedule', ...calls], { dataDir, env: settings }) : null;
  await untilLogged(rollcall, dataDir, 'writeback.landed');
  const board = Board.parse(await (await fetch(`${url}/queues/api/queues`)).json());
  const { code } = await rollcall.ended;
  return {
    dataDir,
    code,
    stdout: rollcall.stdout(),
    stderr: rollcall.stderr(),
    document: Document.parse(JSON.parse(rollcall.stdout())),
    page: await page,
    board,
    plannedAgain: again === null ? null : JSON.parse(again.stdout),
    kept: await keptIn(dataDir),
  };
}
