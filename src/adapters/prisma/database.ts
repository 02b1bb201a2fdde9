import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { type Instant, instant } from '../../domain/time.ts';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** @param connections upper bound of connections that this process opens for domain data. */
export function openDatabase(url: string, connections: number): Database {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: connections }) });
}

/** Long enough for a planning run of thousands of households; short enough to notice a hang. */
const TRANSACTION = { maxWait: 15_000, timeout: 60_000 } as const;

export const inTransaction = <T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.$transaction(work, TRANSACTION);

/** Holds everybody else who names the same thing until the transaction ends. */
export async function lock(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}

/** `timestamptz` columns go through the driver's own type; nothing else here makes one. */
export const toTimestamp = (at: Instant) => new Timestamp(at);
export const toInstant = (at: { getTime(): number }): Instant => instant(at.getTime());
export const toInstantOrNull = (at: { getTime(): number } | null): Instant | null =>
  at === null ? null : toInstant(at);

const Timestamp = globalThis.Date;

/** JSON columns: our values are plain data by construction. */
export const toJson = (value: unknown): Prisma.InputJsonValue => value as Prisma.InputJsonValue;

/** True for a unique violation, whichever index it was. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
