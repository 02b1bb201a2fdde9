/** Write-back rows: one command for the scheduling system each, with a key that never changes. */
import { createHash, randomUUID } from 'node:crypto';
import type { Appointment } from '../../domain/appointment.ts';
import type { Instant } from '../../domain/time.ts';
import type { OutcomeChanges } from '../../ports/store/outcomeStore.ts';
import type { WriteBackCommand } from '../../ports/store/writeBackStore.ts';
import { type Transaction, toJson, toTimestamp } from './database.ts';
import { nudge } from './outbox.ts';
import { appointmentOf } from './rows.ts';

/** Stable for (attempt, subject, action): the same wish is the same command for ever. */
const keyOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);

interface Context {
  readonly attempt: string;
  readonly run: string | null;
  readonly at: Instant;
  /** When the relay may hand it to the queue; at once unless somebody delivers it himself. */
  readonly dueAt?: Instant;
  readonly fence?: number;
}

/** Inserts the row and its outbox row; wanting the same again returns the row that is there. */
async function insertCommand(
  tx: Transaction,
  key: string,
  lane: string,
  command: WriteBackCommand,
  context: Context,
): Promise<string> {
  const known = await tx.writeBack.findUnique({ where: { key }, select: { id: true } });
  if (known !== null) return known.id;
  const id = randomUUID();
  await tx.writeBack.create({
    data: {
      id,
      key,
      kind: command.kind,
      lane,
      appointmentId: command.kind === 'book' ? null : command.appointment,
      replacesId: command.kind === 'book' ? command.replaces : null,
      offerId: command.kind === 'book' ? command.offer : null,
      attemptId: context.attempt,
      runId: context.run,
      fence: context.fence ?? null,
      command: toJson(command),
      createdAt: toTimestamp(context.at),
    },
  });
  await nudge(tx, {
    queue: 'writeback',
    subject: id,
    jobId: `writeback-${id}-0`,
    dueAt: context.dueAt ?? context.at,
    at: context.at,
  });
  return id;
}

export async function createCommand(
  tx: Transaction,
  wanted: OutcomeChanges['writeBacks'][number],
  context: Context,
): Promise<string | null> {
  const row = await tx.appointment.findUnique({ where: { id: wanted.appointment } });
  if (row === null) return null;
  const { id: appointment, external, version }: Appointment = appointmentOf(row);
  const key = keyOf(context.attempt, appointment, wanted.kind);
  const command: WriteBackCommand =
    wanted.kind === 'confirm'
      ? { kind: 'confirm', appointment, external, version }
      : { kind: 'cancel', appointment, external, version, reason: wanted.reason };
  return insertCommand(tx, key, appointment, command, context);
}

export async function createBooking(
  tx: Transaction,
  command: Extract<WriteBackCommand, { readonly kind: 'book' }>,
  context: Context,
): Promise<string> {
  const key = keyOf(context.attempt, command.offer ?? command.replaces ?? '', 'book', command.opening.slot);
  return insertCommand(tx, key, `slot-${command.opening.slot}`, command, context);
}
