/** What npm start shows when nothing is configured: a fictional practice, its people, and a phone network they live on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePracticeFile } from '../adapters/imports/practiceFile.ts';
import type { WorldOptions } from '../emulators/world.ts';
import type { LocalDate } from '../domain/localTime.ts';
import type { Practice } from '../domain/practice.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Store } from '../ports/store/store.ts';
import type { Config } from './config.ts';
import { demoShiftMs } from './demoDay.ts';
import { EMULATED_CREDENTIALS } from './emulatedCredentials.ts';
import { systemClock } from './systemClock.ts';
import { StartupError } from './startupError.ts';

const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));

/** Where one demo day's handsets keep their recordings. */
export const handsetsDirOf = (config: Config, date: LocalDate): string =>
  join(config.dataDir, 'handsets', date);

/** Vendors without credentials, by the name that people know. */
export function emulatedVendors(config: Config): readonly string[] {
  return (['twilio', 'deepgram', 'anthropic', 'elevenlabs', 'scheduler'] as const).filter(
    (vendor) => config[vendor].kind === 'emulated',
  );
}

/** Puts the fictional practice into an empty database; a database with a practice keeps it. */
export async function seedPractice(store: Store): Promise<void> {
  if ((await store.practice.current()) !== null) return;
  const file = join(DEMO, 'practice.json');
  const parsed = parsePracticeFile(readFileSync(file, 'utf8'));
  if (!parsed.ok) throw new StartupError(`${file} is not as it should be: ${parsed.error.join('; ')}.`);
  await store.practice.save(parsed.value);
}

/** Begins the next demo day and stores its shift. @returns milliseconds to add to the real clock. */
export async function beginDemoDay(store: Store, { zone, locations }: Practice): Promise<number> {
  const before: LocalDate | null = (await store.report.run(null))?.date ?? null;
  const shiftMs = demoShiftMs(
    systemClock().now(),
    zone,
    locations.map((location) => location.state),
    before,
  );
  await store.practice.setDemoShiftMs(shiftMs);
  return shiftMs;
}

/** The first demo day's ids are those of the practice file; later days have their own. */
const tagOf = (date: LocalDate, isFirst: boolean): string => (isFirst ? '' : `-${date.replaceAll('-', '')}`);

/** What must be emulated for this configuration; null when nothing is. */
export function worldFor(
  config: Config,
  day: { readonly shiftMs: number; readonly date: LocalDate; readonly isFirst: boolean },
): WorldOptions | null {
  if (emulatedVendors(config).length === 0) return null;
  const { apiKey, accountSid, authToken } = EMULATED_CREDENTIALS;
  const key = { apiKey };
  const tag = tagOf(day.date, day.isFirst);
  return {
    profile: config.emulatorProfile,
    seed: day.date,
    clockOffsetMs: day.shiftMs,
    telephony:
      config.twilio.kind === 'real'
        ? null
        : {
            accountSid,
            authToken,
            callsPerSecond: config.callsPerSecond,
            peopleFile: join(DEMO, 'people.json'),
            handsetsDir: handsetsDirOf(config, day.date),
          },
    transcriber: config.deepgram.kind === 'real' ? null : key,
    languageModel: config.anthropic.kind === 'real' ? null : key,
    voice: config.elevenlabs.kind === 'real' ? null : key,
    scheduler: config.scheduler.kind === 'emulated' ? { seedFile: join(DEMO, 'schedule.json'), tag } : null,
  };
}

/** The longest wait that still counts as tonight's work: the demo's retries and cool-offs are seconds. */
export const SOON_MS = 45 * SECOND_MS;
