/** Where a running npm start has its emulated vendors, for commands that are processes of their own. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { EmulatedAddresses } from './emulated.ts';
import { StartupError } from './startupError.ts';

const Address = z.string().nullable();
const Note = z.object({
  pid: z.number(),
  addresses: z.object({
    twilio: Address,
    deepgram: Address,
    anthropic: Address,
    elevenlabs: Address,
    scheduler: Address,
    schedulerControl: Address,
  }),
});

export const NOTHING_EMULATED: EmulatedAddresses = {
  twilio: null,
  deepgram: null,
  anthropic: null,
  elevenlabs: null,
  scheduler: null,
  schedulerControl: null,
};

const fileIn = (dataDir: string): string => join(dataDir, 'emulated.json');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function writeNote(dataDir: string, addresses: EmulatedAddresses): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(fileIn(dataDir), JSON.stringify({ pid: process.pid, addresses }));
}

export function removeNote(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

function readLiving(dataDir: string): z.output<typeof Note> | null {
  try {
    const note = Note.safeParse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
    return note.success && isAlive(note.data.pid) ? note.data : null;
  } catch {
    return null;
  }
}

/** The addresses, when the process that wrote them still runs; nothing otherwise. */
export const readNote = (dataDir: string): EmulatedAddresses =>
  readLiving(dataDir)?.addresses ?? NOTHING_EMULATED;

/** @throws StartupError when another process runs the demo on the same data: two evenings at once would ring the same people. */
export function refuseSecond(dataDir: string): void {
  const other = readLiving(dataDir);
  if (other === null || other.pid === process.pid) return;
  throw new StartupError(
    `Rollcall runs already on ${dataDir} (process ${other.pid}). Look at its page, stop it, or set DATA_DIR to another folder.`,
  );
}
