/** The numbers of a night: counts over stored rows, nothing remembered beside them. */
import type { Disposition, OutcomeKind } from '../../domain/disposition.ts';
import type { NightNumbers } from '../../domain/report.ts';
import type { Database } from './database.ts';

interface Count {
  readonly key: string;
  readonly n: number;
}

const byKey = <K extends string>(rows: readonly Count[]): Readonly<Partial<Record<K, number>>> =>
  Object.fromEntries(rows.map((row) => [row.key, row.n])) as Readonly<Partial<Record<K, number>>>;

const sum = (rows: readonly { readonly n: number }[]): number =>
  rows.reduce((total, row) => total + row.n, 0);
const at = (rows: readonly Count[], ...keys: readonly string[]): number =>
  sum(rows.filter((row) => keys.includes(row.key)));

/** Contacts by purpose and what became of them; refused ones never had a time. */
const contactCounts = (db: Database, run: string) =>
  db.$queryRaw<
    {
      readonly purpose: string;
      readonly state: string;
      readonly because: string | null;
      readonly n: number;
    }[]
  >`
    select "purpose", "state", "because", count(*)::int as n from "contact" where "run_id" = ${run} group by 1, 2, 3`;

const dispositions = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select a."disposition" as key, count(*)::int as n from "call_attempt" a join "contact" c on c."id" = a."contact_id"
  where c."run_id" = ${run} and a."disposition" is not null group by 1`;

const outcomes = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select o."kind" as key, count(*)::int as n from "outcome" o
  join "call_attempt" a on a."id" = o."attempt_id" join "contact" c on c."id" = a."contact_id"
  where c."run_id" = ${run} group by 1`;

const attempts = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select k.key, count(*)::int as n from "call_attempt" a join "contact" c on c."id" = a."contact_id",
    lateral (select unnest(array[
      case when a."placed_at" is not null then 'dialed' end,
      case when a."answered_at" is not null or a."disposition" like 'answered%' then 'answered' end,
      case when a."status" <> 'ended' then 'live' end,
      case when a."status" = 'ended' and a."applied_at" is null then 'unapplied' end])) as k(key)
  where c."run_id" = ${run} and k.key is not null group by 1`;

const writeBacks = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select "state" as key, count(*)::int as n from "write_back" where "run_id" = ${run} group by 1`;

const slots = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select case when "filled_by_offer_id" is not null then 'filled'
              when "state" in ('cooling', 'open', 'reserved') then 'waiting_' || coalesce("because", "state")
              else "state" end as key, count(*)::int as n
  from "slot" where "run_id" = ${run} group by 1`;

const others = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select 'callbacks' as key, count(*)::int as n from "callback" where "run_id" = ${run} and "state" <> 'done'
  union all
  select 'promises', count(*)::int from "promise" p join "call_attempt" a on a."id" = p."attempt_id"
    join "contact" c on c."id" = a."contact_id" where c."run_id" = ${run} and p."state" = 'open'`;

/** What no rule accounts for. Each row here is a defect: a lost outcome, a contact left hanging, a decision that nobody wrote back. */
const unexplained = (db: Database, run: string) => db.$queryRaw<Count[]>`
  select 'answered_without_outcome' as key, count(*)::int as n from "call_attempt" a join "contact" c on c."id" = a."contact_id"
    where c."run_id" = ${run} and a."applied_at" is not null and a."disposition" like 'answered%'
      and not exists (select 1 from "outcome" o where o."attempt_id" = a."id")
  union all
  select 'contact_left_hanging', count(*)::int from "contact" c
    where c."run_id" = ${run} and c."state" in ('claimed', 'in_call')
      and not exists (select 1 from "call_attempt" a where a."contact_id" = c."id" and (a."status" <> 'ended' or a."applied_at" is null))
  union all
  select 'outcome_without_write_back', count(*)::int from "outcome" o
    join "call_attempt" a on a."id" = o."attempt_id" join "contact" c on c."id" = a."contact_id"
    where c."run_id" = ${run} and o."kind" in ('confirmed', 'cancelled', 'rescheduled', 'accepted_offer')
      and not exists (select 1 from "write_back" w where w."attempt_id" = a."id"
        and w."kind" = case o."kind" when 'confirmed' then 'confirm' when 'cancelled' then 'cancel' else 'book' end
        and (o."appointment_id" is null or w."appointment_id" = o."appointment_id" or w."replaces_id" = o."appointment_id"))`;

/** See ReportStore.numbers. */
export async function nightNumbers(db: Database, run: string): Promise<NightNumbers> {
  const [contacts, byDisposition, byOutcome, calls, written, freed, rest, defects] = await Promise.all([
    contactCounts(db, run),
    dispositions(db, run),
    outcomes(db, run),
    attempts(db, run),
    writeBacks(db, run),
    slots(db, run),
    others(db, run),
    unexplained(db, run),
  ]);
  const refused = contacts.filter((row) => row.state === 'refused');
  const planned = contacts.filter((row) => row.state !== 'refused');
  const refusedBy = new Map<string, number>();
  for (const row of refused)
    refusedBy.set(row.because ?? '', (refusedBy.get(row.because ?? '') ?? 0) + row.n);
  const held = new Map<string, number>();
  for (const row of planned) {
    if (!['queued', 'retry_wait', 'held'].includes(row.state)) continue;
    const reason = row.because ?? 'not_due_yet';
    held.set(reason, (held.get(reason) ?? 0) + row.n);
  }
  for (const row of freed.filter((slot) => slot.key.startsWith('waiting_'))) {
    const reason = `slot_${row.key.slice('waiting_'.length)}`;
    held.set(reason, (held.get(reason) ?? 0) + row.n);
  }
  return {
    planned: sum(planned),
    plannedConfirm: sum(planned.filter((row) => row.purpose === 'confirm')),
    plannedOffer: sum(planned.filter((row) => row.purpose === 'offer')),
    refused: sum(refused),
    refusedBy: Object.fromEntries(refusedBy),
    dialed: at(calls, 'dialed'),
    answered: at(calls, 'answered'),
    byDisposition: byKey<Disposition>(byDisposition),
    byOutcome: byKey<OutcomeKind>(byOutcome),
    freed: sum(freed),
    filled: at(freed, 'filled'),
    writeBacks: sum(written),
    landed: at(written, 'landed'),
    superseded: at(written, 'superseded'),
    notLanded: sum(written) - at(written, 'landed', 'superseded'),
    held: Object.fromEntries(held),
    callbacks: at(rest, 'callbacks'),
    promisesOpen: at(rest, 'promises'),
    unexplained: sum(defects) + (at(calls, 'live') === 0 ? at(calls, 'unapplied') : 0),
    live: at(calls, 'live'),
  };
}
