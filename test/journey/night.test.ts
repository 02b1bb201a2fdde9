/**
 * One small night, end to end, through the real process: what the document says, what the page showed, what the database holds, what the scheduling
 * system itself holds and what lies on the disk are the same night. It is run twice at once: with the scheduling system that comes along,
 * and with a FHIR server that is not ours.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { zone } from '../../src/domain/localTime.ts';
import { instant } from '../../src/domain/time.ts';
import { resolveSeed } from '../../src/emulators/scheduling/seed.ts';
import { channelsOf, speechIn } from '../../src/replay/turnGaps.ts';
import { demoShiftMs } from '../../src/runtime/demoDay.ts';
import { type MedplumServer, startMedplum } from '../support/medplum/server.ts';
import { CALLS, type NightRun, type Numbers, runNight } from '../support/nightRun.ts';
import { dataFolder, endAll, logOf, removeDataFolder } from '../support/rollcall.ts';

const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));
const readDemo = (name: string): unknown => JSON.parse(readFileSync(join(DEMO, name), 'utf8'));

const Offices = z.object({ locations: z.array(z.object({ state: z.string() })) });

const MEDPLUM = 'a FHIR server that is not ours';
const OURS = 'the emulated scheduling system';

const folders = [dataFolder(), dataFolder()] as const;
let medplum: MedplumServer;
let seeded: ReadonlySet<string>;
let nights: Readonly<Record<string, NightRun>> = {};

const night = (name: string): NightRun => {
  const run = nights[name];
  if (run === undefined) throw new Error(`no night with ${name}`);
  return run;
};

beforeAll(async () => {
  const now = Date.now();
  const { locations } = Offices.parse(readDemo('practice.json'));
  const states = locations.map(({ state }) => state);
  const shiftMs = demoShiftMs(instant(now), zone('America/Chicago'), states, null);
  const resources = resolveSeed(readDemo('schedule.json'), now + shiftMs);
  seeded = new Set(resources.map((resource) => `${resource.resourceType}/${resource.id}`));
  medplum = await startMedplum({ resources });
  const [ours, theirs] = await Promise.all([
    runNight({ dataDir: folders[0], planAgain: true }),
    runNight({ dataDir: folders[1], env: { SCHEDULER_URL: medplum.url } }),
  ]);
  nights = { [OURS]: ours, [MEDPLUM]: theirs };
}, 300_000);

afterAll(async () => {
  await endAll();
  await medplum.close();
  for (const folder of folders) removeDataFolder(folder);
});

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const tally = (keys: readonly (string | null)[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const key of keys) if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

const of = (numbers: Numbers, ...kinds: readonly string[]): number =>
  kinds.reduce((total, kind) => total + (numbers.byOutcome[kind] ?? 0), 0);

/** From picking up to the first audio; next to nothing, unless the machine is busy with something else. */
const LINE_OPENS_WITHIN_MS = 3_000;
/** From our last sample to the handset's, by way of the phone company; the same. */
const LINE_CLOSES_WITHIN_MS = 600;

/** How much later than in the recording each stretch of speech stands in the truth, found by its own samples. */
function offsetsMs(recorded: Uint8Array, truth: Uint8Array): readonly number[] {
  const there = Buffer.from(truth);
  return speechIn(recorded).map(({ fromMs, toMs }) => {
    const at = Math.round((fromMs + toMs) / 2) * 8;
    const found = there.indexOf(recorded.subarray(at, at + 160));
    return found < 0 ? NaN : (found - at) / 8;
  });
}

describe.each([OURS, MEDPLUM])('a night with %s', (name) => {
  test('ends by itself, with one document on standard output and nothing unexplained', () => {
    const { code, document, stderr } = night(name);
    expect({ code, unexplained: document.unexplained, stderr: /\n\s+at /.test(stderr) }).toEqual({
      code: 0,
      unexplained: 0,
      stderr: false,
    });
    expect(document.plannedConfirm).toBe(CALLS);
    expect(document.live).toBe(0);
    expect(document.turnLatency.turns).toBeGreaterThan(CALLS);
  });

  test('confirms, moves, cancels, and fills the freed slot from the waitlist', () => {
    const { document } = night(name);
    expect(document.byOutcome).toEqual({ confirmed: 2, rescheduled: 1, cancelled: 1, accepted_offer: 1 });
    expect({ freed: document.freed, filled: document.filled }).toEqual({ freed: 2, filled: 1 });
  });

  test('has the same numbers in the database', () => {
    const { document, kept } = night(name);
    const inState = (state: string) => kept.writeBacks.filter((row) => row.state === state).length;
    expect({
      planned: kept.contacts.filter((row) => row.state !== 'refused').length,
      plannedOffer: kept.contacts.filter((row) => row.purpose === 'offer').length,
      dialed: kept.attempts.filter((row) => row.dialed).length,
      answered: kept.attempts.filter((row) => row.disposition?.startsWith('answered')).length,
      byDisposition: tally(kept.attempts.map((row) => row.disposition)),
      byOutcome: tally(kept.outcomes.map((row) => row.kind)),
      writeBacks: kept.writeBacks.length,
      landed: inState('landed'),
      freed: kept.slots.length,
      filled: kept.slots.filter((row) => row.filled).length,
    }).toEqual({
      planned: document.planned,
      plannedOffer: document.plannedOffer,
      dialed: document.dialed,
      answered: document.answered,
      byDisposition: document.byDisposition,
      byOutcome: document.byOutcome,
      writeBacks: document.writeBacks,
      landed: document.landed,
      freed: document.freed,
      filled: document.filled,
    });
    expect(kept.attempts.filter((row) => row.status !== 'ended')).toEqual([]);
  });

  test('shows the same numbers on its page, which followed it live', () => {
    const { document, page } = night(name);
    expect(Math.max(...page.map(({ numbers }) => numbers?.live ?? 0))).toBeGreaterThan(1);
    const last = page.at(-1);
    expect(last?.date).toBe(document.date);
    expect(document).toMatchObject({ ...last?.numbers });
  });

  test('lands every write-back', () => {
    const { document, kept } = night(name);
    const { confirmed = 0, cancelled = 0, rescheduled = 0, accepted_offer: taken = 0 } = document.byOutcome;
    // A move is a booking and a release.
    expect(tally(kept.writeBacks.map(({ kind, state }) => `${kind} ${state}`))).toEqual({
      'confirm landed': confirmed,
      'cancel landed': cancelled + rescheduled,
      'book landed': rescheduled + taken,
    });
    expect(document.notLanded).toBe(0);
  });

  test('records every answered call on both sides, sample by sample what the handset said, for as long as the line was open', () => {
    const { dataDir, document, kept } = night(name);
    const answered = kept.attempts.filter((row) => row.disposition?.startsWith('answered'));
    expect(answered).toHaveLength(document.answered);
    for (const { id, sid, recordingMs } of answered) {
      const { left: callee, right: agent } = channelsOf(
        readFileSync(join(dataDir, 'recordings', `${id}.wav`)),
      );
      const truth = channelsOf(readFileSync(join(dataDir, 'handsets', document.date, `${sid}.wav`)));
      expect(speechIn(callee).length).toBeGreaterThan(1);
      expect(speechIn(agent).length).toBeGreaterThan(1);
      const [openedMs = NaN, ...others] = new Set(offsetsMs(callee, truth.left));
      // One offset for all of it: nothing is lost and nothing is added on the way.
      expect(others).toEqual([]);
      expect(openedMs).toBeLessThan(LINE_OPENS_WITHIN_MS);
      expect(Math.abs(openedMs + callee.length / 8 - truth.left.length / 8)).toBeLessThan(
        LINE_CLOSES_WITHIN_MS,
      );
      expect(Math.abs((recordingMs ?? 0) - callee.length / 8)).toBeLessThan(1);
    }
  });

  test('shows its five queues, whose jobs hold one id each and nothing else', () => {
    const { board, kept } = night(name);
    expect(board.queues.map((queue) => queue.name).toSorted()).toEqual(
      ['call', 'fill', 'outcome', 'schedule', 'writeback'].toSorted(),
    );
    expect(new Set(kept.jobs.map((job) => job.queue))).toEqual(
      new Set(['call', 'fill', 'outcome', 'schedule', 'writeback']),
    );
    for (const { data } of kept.jobs) {
      const [[field, id] = [], ...more] = Object.entries(z.record(z.string(), z.string()).parse(data));
      expect(field).toMatch(/^(contact|attempt|slot|writeBack|practice)$/);
      expect(id).toMatch(field === 'practice' ? /^lakeside$/ : /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      expect(more).toEqual([]);
    }
  });

  test('names nobody in its log', () => {
    const People = z.object({
      people: z.array(
        z.object({ number: z.string(), name: z.object({ given: z.string(), family: z.string() }) }),
      ),
    });
    const log = JSON.stringify(logOf(night(name).dataDir));
    expect(log).toContain('call.ended');
    for (const { number, name: person } of People.parse(readDemo('people.json')).people)
      for (const word of [number.slice(1), person.family])
        expect(new RegExp(`\\b${word}\\b`).test(log)).toBe(false);
  });
});

test('a second planning run beside a running night adds nothing', () => {
  expect(night(OURS).plannedAgain).toMatchObject({ added: 0 });
});

test('the emulated scheduling system counts the same in its own state', () => {
  const { document } = night(OURS);
  expect(document.emulated).toContain('scheduler');
  expect(document.scheduler?.appointments).toMatchObject({
    confirmed: of(document, 'confirmed'),
    bookedSinceSeed: of(document, 'rescheduled', 'accepted_offer'),
    movedSinceSeed: of(document, 'rescheduled'),
  });
  const cancelled = sum(document.scheduler?.appointments.cancelledByReason ?? {});
  expect(cancelled).toBe(of(document, 'cancelled', 'rescheduled'));
  expect(cancelled).toBe(document.freed);
});

const isSeeded = (id: string): boolean => seeded.has(`Appointment/${id}`);

const Appointment = z.object({
  id: z.string(),
  status: z.string(),
  participant: z.array(
    z.object({ status: z.string(), actor: z.object({ reference: z.string().optional() }).optional() }),
  ),
});

test('the server that is not ours holds what its night says', async () => {
  const { document } = night(MEDPLUM);
  expect(document.emulated).toEqual(['twilio', 'deepgram', 'anthropic', 'elevenlabs']);
  expect(document.scheduler).toBe(null);
  const appointments = (await medplum.all('Appointment')).map((each) => Appointment.parse(each));
  const accepted = appointments.filter(
    ({ id, status, participant }) =>
      isSeeded(id) &&
      status === 'booked' &&
      participant.some((p) => p.status === 'accepted' && p.actor?.reference?.startsWith('Patient/')),
  );
  expect({
    accepted: accepted.length,
    cancelled: appointments.filter(({ status }) => status === 'cancelled').length,
    booked: appointments.filter(({ id, status }) => !isSeeded(id) && status === 'booked').length,
  }).toEqual({
    accepted: of(document, 'confirmed'),
    cancelled: of(document, 'cancelled', 'rescheduled'),
    booked: of(document, 'rescheduled', 'accepted_offer'),
  });
});

const countsOf = ({ planned, dialed, byOutcome, freed, filled, landed, held }: Numbers) => ({
  planned,
  dialed,
  byOutcome,
  freed,
  filled,
  landed,
  held,
});

test('both nights are the same night', () => {
  expect(countsOf(night(MEDPLUM).document)).toEqual(countsOf(night(OURS).document));
});
