/** Everything that a running product is made of, opened in the order in which it depends on one another. */
import type { LocalDate } from '../domain/localTime.ts';
import { localTimeAt, zone } from '../domain/localTime.ts';
import { HOUR_MS, SECOND_MS } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SchedulingSystem } from '../ports/schedulingSystem.ts';
import type { Store } from '../ports/store/store.ts';
import type { WebServer } from '../web/server.ts';
import { type Database, type HouseQueues, openDatabase, openQueues, openStoreOn } from './composeGround.ts';
import type { PhoneVendor } from './composeVendors.ts';
import { type Answering, MEDIA_PATH, openWeb } from './composeWeb.ts';
import type { WorkDeps } from './composeWorkers.ts';
import { type Role, ROLES } from './commandLine.ts';
import type { Config } from './config.ts';
import { beginDemoDay, emulatedVendors, handsetsDirOf, seedPractice, worldFor } from './composeDemo.ts';
import { type EmulatedAddresses, startEmulated } from './emulated.ts';
import { NOTHING_EMULATED, readNote, refuseSecond, removeNote, writeNote } from './emulatedNote.ts';
import { type Handsets, watchHandsets } from './handsets.ts';
import { type ProgressBoard, createProgressBoard } from './progressBoard.ts';
import type { Shutdown } from './shutdown.ts';
import { systemClock } from './systemClock.ts';
import { systemRandom } from './systemRandom.ts';

export interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly shutdown: Shutdown;
}

export interface Ground extends Parts {
  readonly database: Database;
  readonly store: Store;
  readonly clock: Clock;
  readonly emulated: EmulatedAddresses;
}

export interface House extends Ground {
  readonly queues: HouseQueues;
  readonly scheduling: SchedulingSystem;
  readonly web: WebServer;
  readonly publicUrl: string;
  readonly handsets: Handsets;
}

/** The longest pause between two tries of a write-back; a demo's evening is over in minutes. */
const RETRY_CAP_MS = 10 * HOUR_MS;
const DEMO_RETRY_CAP_MS = 5 * SECOND_MS;
const QUEUES_CLOSE_WITHIN_MS = 5_000;
const WORLD_ENDS_WITHIN_MS = 5_000;

/** The database, and time as the product sees it: the demo's when telephony is emulated, else the real one. */
export async function openGround(parts: Parts): Promise<Ground> {
  const { config, log, shutdown } = parts;
  const database = await openDatabase(config, log, shutdown);
  const clock = systemClock(config.twilio.kind === 'real' ? 0 : await storedShift(parts, database));
  const store = openStoreOn(database, clock, shutdown);
  return { ...parts, database, store, clock, emulated: readNote(config.dataDir) };
}

async function storedShift({ shutdown }: Parts, database: Database): Promise<number> {
  const store = openStoreOn(database, systemClock(), shutdown);
  return (await store.practice.demoShiftMs()) ?? 0;
}

/** Dates of a house that has no practice yet. */
const NOWHERE = 'Etc/UTC';

interface DemoDay {
  readonly shiftMs: number;
  readonly date: LocalDate;
  readonly isFirst: boolean;
}

/** Seeds an empty database and turns the clock to the demo's next evening; a real phone company's night runs on the real clock. */
async function beginDay(parts: Parts, database: Database): Promise<DemoDay> {
  const { config, shutdown } = parts;
  const store = openStoreOn(database, systemClock(), shutdown);
  const isDemo = config.twilio.kind === 'emulated';
  if (isDemo) await seedPractice(store);
  const practice = await store.practice.current();
  const isFirst = (await store.report.run(null)) === null;
  if (practice === null)
    return { shiftMs: 0, date: localTimeAt(systemClock().now(), zone(NOWHERE)).date, isFirst };
  const shiftMs = isDemo ? await beginDemoDay(store, practice) : 0;
  return { shiftMs, date: localTimeAt(systemClock(shiftMs).now(), practice.zone).date, isFirst };
}

async function openWorld(parts: Parts, day: DemoDay): Promise<EmulatedAddresses> {
  const { config, log, shutdown } = parts;
  const options = worldFor(config, day);
  if (options === null) return NOTHING_EMULATED;
  const world = await startEmulated(options, log);
  writeNote(config.dataDir, world.addresses);
  shutdown.closeLater('emulators', WORLD_ENDS_WITHIN_MS, async () => {
    removeNote(config.dataDir);
    await world.stop();
  });
  shutdown.cutOffLater(() => world.kill());
  return world.addresses;
}

/**
 * Where the phone company reports: to the process that places the call and talks, so that its verdicts reach the conversation. That is the host
 * of the media address; in a process that serves everything both are one.
 */
const callbackUrlOf = (config: Config, publicUrl: string): string =>
  config.http.mediaPublicUrl?.replace(/^ws/, 'http').replace(new RegExp(`${MEDIA_PATH}$`), '') ?? publicUrl;

const mediaUrlOf = (config: Config, publicUrl: string): string =>
  config.http.mediaPublicUrl ?? `${publicUrl.replace(/^http/, 'ws')}${MEDIA_PATH}`;

function surroundingsOf(config: Config, handsets: Handsets): Answering['surroundings'] {
  const isDemo = config.twilio.kind === 'emulated';
  return {
    emulated: emulatedVendors(config),
    demoClock: isDemo,
    handsets: () => (isDemo ? handsets.latency() : null),
  };
}

interface Opened {
  readonly parts: Parts;
  readonly ground: Ground;
  readonly queues: HouseQueues;
  readonly web: WebServer;
  readonly answering: Answering;
  readonly board: ProgressBoard;
  readonly publicUrl: string;
}

async function startRoles(opened: Opened, roles: readonly Role[]): Promise<SchedulingSystem> {
  const { ground, queues, answering, board } = opened;
  const { config, store, clock, log, shutdown, emulated } = ground;
  // The vendors' packages take a second to load, in which the page answers already.
  const { openPhone, openRecordings, openScheduling, openSpeech } = await import('./composeVendors.ts');
  const { upkeep, work, workCalls } = await import('./composeWorkers.ts');
  const surroundings = { config, emulated, clock, log };
  const scheduling = openScheduling(surroundings);
  const phone: PhoneVendor = openPhone(surroundings, {
    publicUrl: answering.publicUrl,
    mediaUrl: mediaUrlOf(config, opened.publicUrl),
  });
  answering.phone = phone;
  answering.recordings = openRecordings(config, log);
  const practice = await store.practice.current();
  const deps: WorkDeps = {
    store,
    queues,
    scheduling,
    clock,
    random: systemRandom,
    log,
    board,
    callsPerSecond: config.callsPerSecond,
    retryCapMs: config.scheduler.kind === 'emulated' ? DEMO_RETRY_CAP_MS : RETRY_CAP_MS,
    lines: practice?.settings.lines ?? 1,
    shutdown,
  };
  upkeep(deps, phone);
  for (const role of roles) if (role !== 'call') work(role, deps);
  if (roles.includes('call')) {
    const speech = await openSpeech(surroundings);
    shutdown.closeLater('media', 5_000, () => Promise.resolve(phone.media.closeAll()));
    workCalls(deps, phone, { ...speech, recordings: answering.recordings });
  }
  return scheduling;
}

/** The day of a process that joins a running one. */
async function joinDay(parts: Parts, database: Database): Promise<DemoDay> {
  const shiftMs = parts.config.twilio.kind === 'real' ? 0 : await storedShift(parts, database);
  return { shiftMs, date: localTimeAt(systemClock(shiftMs).now(), zone(NOWHERE)).date, isFirst: false };
}

/**
 * Opens the whole product, or some roles of it, in this process. The page answers before the vendors are ready.
 * @param alone false: another process has begun the day and emulates what must be emulated; this one joins it.
 */
export async function openHouse(parts: Parts, roles: readonly Role[] = ROLES, alone = true): Promise<House> {
  const { config, log, shutdown } = parts;
  if (alone) refuseSecond(config.dataDir);
  const database = await openDatabase(config, log, shutdown);
  const day = alone ? await beginDay(parts, database) : await joinDay(parts, database);
  const clock = systemClock(day.shiftMs);
  const store = openStoreOn(database, clock, shutdown);
  const queues = await openQueues(config, database, log, shutdown, QUEUES_CLOSE_WITHIN_MS);
  const board = createProgressBoard();
  const handsets = watchHandsets(handsetsDirOf(config, day.date));
  const answering: Answering = {
    phone: null,
    recordings: null,
    publicUrl: '',
    surroundings: surroundingsOf(config, handsets),
  };
  const web = await openWeb({ config, store, queues, board, clock, log, answering });
  shutdown.closeLater('web', 3_000, () => web.close());
  const publicUrl = config.http.publicUrl ?? web.url;
  answering.publicUrl = callbackUrlOf(config, publicUrl);
  const emulated = alone ? await openWorld(parts, day) : readNote(config.dataDir);
  const ground: Ground = { ...parts, database, store, clock, emulated };
  const scheduling = await startRoles({ parts, ground, queues, web, answering, board, publicUrl }, roles);
  return { ...ground, queues, scheduling, web, publicUrl, handsets };
}
