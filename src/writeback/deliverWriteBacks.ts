/**
 * Tells the practice's scheduling system what was decided, and makes sure that it took. An answer that was lost is looked up before anything is
 * sent again; when staff changed the appointment meanwhile, staff win.
 */
import type { ExternalId, WriteBackId } from '../domain/ids.ts';
import { SECOND_MS, plusMs } from '../domain/time.ts';
import { unreachable } from '../domain/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { CommandResult, SchedulingSystem, SystemAppointment } from '../ports/schedulingSystem.ts';
import type { Store } from '../ports/store/store.ts';
import type { Settlement, WriteBack, WriteBackCommand } from '../ports/store/writeBackStore.ts';
import { TRIES_MAX, isAsWanted, retryAt } from './outbox.ts';

export interface WriteBackDeps {
  readonly store: Pick<Store, 'practice' | 'writeBacks'>;
  readonly scheduling: SchedulingSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The longest pause between two tries. */
  readonly retryCapMs: number;
}

export type Delivery =
  | 'landed'
  | 'superseded'
  /** Not yet: it will be tried or looked up again. */
  | 'later'
  | 'dead'
  /** Settled before, in somebody else's hands, or behind an earlier command for the same appointment. */
  | 'not_taken';

/** Longer than the scheduling system may take to answer a command and its read-back. */
const LEASE_MS = 60 * SECOND_MS;

type Change = Exclude<WriteBackCommand, { kind: 'book' }>;

function send(scheduling: SchedulingSystem, { key, command }: WriteBack): Promise<CommandResult> {
  switch (command.kind) {
    case 'book':
      return scheduling.book({ key, ...command.book });
    case 'confirm': {
      const { external: appointment, version } = command;
      return scheduling.confirm({ key, appointment, version });
    }
    case 'cancel': {
      const { external: appointment, version, reason } = command;
      return scheduling.cancel({ key, appointment, version, reason });
    }
    default:
      return unreachable(command);
  }
}

async function readBack(
  deps: WriteBackDeps,
  external: ExternalId,
): Promise<SystemAppointment | 'gone' | 'unread'> {
  const read = await deps.scheduling.getAppointment(external);
  if (!read.ok) return 'unread';
  return read.value ?? 'gone';
}

const landedAs = (seen: SystemAppointment): Settlement => ({
  kind: 'landed',
  external: seen.external,
  version: seen.version,
  seen,
});

function later(deps: WriteBackDeps, writeBack: WriteBack, askedMs: number | null, code: string): Settlement {
  const limits = { capMs: deps.retryCapMs };
  const notBefore = retryAt(writeBack.tries, askedMs, limits, deps.random.next(), deps.clock.now());
  return notBefore === null ? { kind: 'dead', code } : { kind: 'retry', notBefore, code };
}

/** Somebody changed it since: what it is now decides. */
async function afterConflict(
  deps: WriteBackDeps,
  writeBack: WriteBack,
  reason: 'version' | 'slot_taken' | 'gone',
): Promise<Settlement> {
  const { command } = writeBack;
  if (command.kind === 'book') return { kind: 'superseded', reason, seen: null };
  const seen = await readBack(deps, command.external);
  if (seen === 'unread') return later(deps, writeBack, null, 'unread');
  if (seen === 'gone') return { kind: 'superseded', reason: 'gone', seen: null };
  return isAsWanted(command.kind, seen) ? landedAs(seen) : { kind: 'superseded', reason, seen };
}

/** The mirror learns of a booking as the scheduling system shows it. */
async function afterLanding(
  deps: WriteBackDeps,
  { command }: WriteBack,
  landed: Extract<CommandResult, { kind: 'landed' }>,
): Promise<Settlement> {
  if (command.kind !== 'book') return { ...landed, seen: null };
  const seen = await readBack(deps, landed.external);
  return { ...landed, seen: typeof seen === 'string' ? null : seen };
}

/** Taken, perhaps, and not seen yet. Too often unseen is as bad as refused: a person looks. */
const unseen = ({ tries }: WriteBack, kind: 'accepted' | 'unknown'): Settlement =>
  tries >= TRIES_MAX ? { kind: 'dead', code: kind } : { kind };

/** What an answer means. */
async function settlementOf(
  deps: WriteBackDeps,
  writeBack: WriteBack,
  answer: CommandResult,
): Promise<Settlement> {
  switch (answer.kind) {
    case 'landed':
      return afterLanding(deps, writeBack, answer);
    case 'conflict':
      return afterConflict(deps, writeBack, answer.reason);
    case 'unavailable':
      return later(deps, writeBack, answer.retryAfterMs, 'unavailable');
    case 'accepted':
    case 'unknown':
      return unseen(writeBack, answer.kind);
    case 'rejected':
      return { kind: 'dead', code: `rejected_${answer.status}` };
    default:
      return unreachable(answer);
  }
}

/**
 * A change whose earlier answer was lost may have been made: looked up first, and not sent again when it was. A booking needs no look, because its
 * key books once for ever.
 */
async function alreadyThere(deps: WriteBackDeps, command: Change): Promise<Settlement | 'unread' | null> {
  const seen = await readBack(deps, command.external);
  if (seen === 'unread') return 'unread';
  if (seen === 'gone') return { kind: 'superseded', reason: 'gone', seen: null };
  return isAsWanted(command.kind, seen) ? landedAs(seen) : null;
}

async function attempt(deps: WriteBackDeps, writeBack: WriteBack): Promise<Settlement> {
  const { command } = writeBack;
  if (writeBack.tries > 1 && command.kind !== 'book') {
    const there = await alreadyThere(deps, command);
    if (there === 'unread') return later(deps, writeBack, null, 'unread');
    if (there !== null) return there;
    // Sent again, what was accepted would meet its own change as a conflict.
    if (writeBack.state === 'accepted') return unseen(writeBack, 'accepted');
  }
  return settlementOf(deps, writeBack, await send(deps.scheduling, writeBack));
}

function deliveryOf(settlement: Settlement): Exclude<Delivery, 'not_taken'> {
  switch (settlement.kind) {
    case 'landed':
    case 'superseded':
    case 'dead':
      return settlement.kind;
    case 'accepted':
    case 'unknown':
    case 'retry':
      return 'later';
    default:
      return unreachable(settlement);
  }
}

function tell(deps: WriteBackDeps, writeBack: WriteBackId, settlement: Settlement): void {
  const { log } = deps;
  switch (settlement.kind) {
    case 'landed':
      return log.info('writeback.landed', { writeBack });
    case 'superseded':
      return log.warn('writeback.conflict', { writeBack, code: settlement.reason });
    case 'dead':
      return log.error('writeback.dead', { writeBack, code: settlement.code });
    case 'accepted':
    case 'unknown':
    case 'retry':
      return log.info('writeback.sent', { writeBack, code: settlement.kind });
    default:
      return unreachable(settlement);
  }
}

/** Delivers one command, or finds out what became of it, and stores that. Doing it again is harmless. */
export async function deliverWriteBack(deps: WriteBackDeps, id: WriteBackId): Promise<Delivery> {
  const { store, clock, log } = deps;
  const writeBack = await store.writeBacks.take(id, clock.now(), LEASE_MS);
  if (writeBack === null) return 'not_taken';
  const settlement = await attempt(deps, writeBack);
  const practice = await store.practice.current();
  const at = clock.now();
  const coolUntil = plusMs(at, practice?.settings.coolOffMs ?? 0);
  const { freed } = await store.writeBacks.settle(id, settlement, at, coolUntil);
  tell(deps, id, settlement);
  if (freed !== null) log.info('slot.freed', { slot: freed, writeBack: id });
  return deliveryOf(settlement);
}
