/** `npm start`: the whole product in one process. With emulated telephony it runs tonight at once. */
import type { NightNumbers } from '../../domain/report.ts';
import { isoIn } from '../../domain/localTime.ts';
import { plusMs } from '../../domain/time.ts';
import { enqueueDueCalls } from '../../schedule/enqueueDueCalls.ts';
import { keepNightly } from '../../../workers/schedule.ts';
import type { Command } from '../commandLine.ts';
import { SOON_MS, emulatedVendors } from '../composeDemo.ts';
import { type House, type Parts, openHouse } from '../house.ts';
import { type NightSummary, schedulerCounts } from '../nightSummary.ts';
import { planningFault } from './plan.ts';
import { reportLines } from './report.ts';
import type { Terminal } from '../terminal.ts';

type Start = Extract<Command, { readonly name: 'start' }>;

const LOOK_EVERY_MS = 500;
/** Quiet must last: between a row and the job about it lies a moment in which neither shows. */
const QUIET_LOOKS = 4;

async function banner(house: House, terminal: Terminal): Promise<void> {
  const { config, clock, store, publicUrl } = house;
  const practice = await store.practice.current();
  const emulated = emulatedVendors(config);
  terminal.line(`Rollcall${practice === null ? '' : ` for ${practice.name}`}: ${publicUrl}`);
  terminal.line(`Queues: ${publicUrl}/queues`);
  if (emulated.length > 0) terminal.line(`Emulated, for want of credentials: ${emulated.join(', ')}.`);
  if (practice !== null && config.twilio.kind === 'emulated') {
    terminal.line(`The demo's clock: it is ${isoIn(clock.now(), practice.zone)} at the practice.`);
  }
  if (practice === null) {
    terminal.line('There is no practice yet. Bring one with: npm run rollcall -- import --practice FILE');
  }
}

async function planTonight(house: House, calls: number | null): Promise<void> {
  const planned = await enqueueDueCalls(house, calls);
  if (!planned.ok) throw planningFault(planned.error);
}

function statusLine(numbers: NightNumbers): string {
  const decided = Object.entries(numbers.byOutcome)
    .map(([kind, count]) => `${count} ${kind.replaceAll('_', ' ')}`)
    .join(', ');
  return `${numbers.dialed} dialed, ${numbers.live} on the phone | ${decided} | ${numbers.landed}/${numbers.writeBacks} written back`;
}

/** Waits until nothing is due any more, or the product is told to end. */
async function untilQuiet(house: House, terminal: Terminal): Promise<void> {
  const { store, clock, shutdown } = house;
  let quietLooks = 0;
  while (!shutdown.signal.aborted && quietLooks < QUIET_LOOKS) {
    const run = await store.report.run(null);
    if (run === null) return;
    quietLooks = (await store.report.isQuiet(run.run, plusMs(clock.now(), SOON_MS))) ? quietLooks + 1 : 0;
    terminal.status(statusLine(await store.report.numbers(run.run)));
    await clock.sleep(LOOK_EVERY_MS, shutdown.signal);
  }
}

/** The night in one document. */
async function summary(house: House): Promise<NightSummary | null> {
  const run = await house.store.report.run(null);
  if (run === null) return null;
  const numbers = await house.store.report.numbers(run.run);
  return {
    date: run.date,
    url: house.publicUrl,
    emulated: emulatedVendors(house.config),
    ...numbers,
    writtenBack: numbers.writeBacks,
    turnLatency: { measuredOn: 'handset recordings', ...house.handsets.latency() },
    scheduler: await schedulerCounts(house.emulated.schedulerControl),
    queues: await house.queues.counts(),
  };
}

function printReport(night: NightSummary, terminal: Terminal): void {
  terminal.line();
  for (const line of reportLines(night.date, night)) terminal.line(line);
  const { turns, p50Ms, p95Ms } = night.turnLatency;
  if (turns > 0)
    terminal.line(
      `  turn latency  p50 ${p50Ms} ms, p95 ${p95Ms} ms over ${turns} turns, read off the handsets`,
    );
  terminal.line(`  ${night.url}/report`);
}

/** @returns the exit code of a night that ended by itself; null when the product stays up. */
export async function start(
  parts: Parts,
  command: Start,
  terminal: Terminal,
  json: boolean,
): Promise<number | null> {
  const house = await openHouse(parts);
  await banner(house, terminal);
  const practice = await house.store.practice.current();
  if (practice !== null) await keepNightly(house.queues, practice);
  const runsNow = house.config.twilio.kind === 'emulated' || command.once;
  if (!runsNow) return null;
  await planTonight(house, command.calls);
  await untilQuiet(house, terminal);
  const night = await summary(house);
  if (night === null) return 1;
  printReport(night, terminal);
  if (json) terminal.document(night);
  if (!command.once) return null;
  return night.unexplained === 0 ? 0 : 1;
}
