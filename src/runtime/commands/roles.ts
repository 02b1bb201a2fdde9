/** Parts of the product as processes of their own, and the switches that operators turn. */
import { type Role } from '../commandLine.ts';
import { openDatabase } from '../composeGround.ts';
import { keepNightly } from '../../../workers/schedule.ts';
import { type Parts, openGround, openHouse } from '../house.ts';
import { StartupError } from '../startupError.ts';
import type { Terminal } from '../terminal.ts';

/** One role; it stays up until it is told to end. */
export async function worker(parts: Parts, role: Role, terminal: Terminal): Promise<null> {
  const house = await openHouse(parts, [role], false);
  const practice = await house.store.practice.current();
  if (role === 'schedule' && practice !== null) await keepNightly(house.queues, practice);
  terminal.line(`Rollcall ${role} worker: ${house.publicUrl}`);
  return null;
}

/** The pages, Bull Board and the phone company's callbacks. */
export async function web(parts: Parts, terminal: Terminal): Promise<null> {
  const house = await openHouse(parts, [], false);
  terminal.line(`Rollcall: ${house.publicUrl}`);
  return null;
}

export async function migrate(parts: Parts, terminal: Terminal): Promise<number> {
  await openDatabase(parts.config, parts.log, parts.shutdown);
  terminal.line('The database is up to date.');
  return 0;
}

/** The kill switch: holds within seconds in every process, because each dial asks the database. */
export async function setPaused(
  parts: Parts,
  paused: boolean,
  reason: string,
  terminal: Terminal,
): Promise<number> {
  const { store } = await openGround(parts);
  const practice = await store.practice.current();
  if (practice === null)
    throw new StartupError(
      'There is no practice yet. Bring one with: npm run rollcall -- import --practice FILE',
    );
  await store.practice.setPaused(practice.id, paused, 'terminal', reason);
  terminal.line(paused ? 'Paused: nobody new is dialed; calls in flight go on.' : 'Resumed.');
  return 0;
}
