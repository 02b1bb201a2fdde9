/** How a running product ends: asked politely, asked twice, and killed. Seen from outside: exit codes, processes, the database, the callees' own records. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { isAlive } from '../../src/runtime/postgres/postmaster.ts';
import {
  type Rollcall,
  dataFolder,
  descendantsOf,
  endAll,
  logOf,
  postmasterOf,
  removeDataFolder,
  runRollcall,
  startRollcall,
  withDatabase,
} from '../support/rollcall.ts';

vi.setConfig({ testTimeout: 180_000 });

const ENV = { EMULATOR_PROFILE: 'zero', TWILIO_CPS: '10' };
const CALLS = 3;

const folders: string[] = [];
const folder = (): string => {
  const made = dataFolder();
  folders.push(made);
  return made;
};

afterAll(async () => {
  await endAll();
  for (const made of folders) removeDataFolder(made);
});

const start = (dataDir: string): Rollcall =>
  startRollcall(['start', '--calls', String(CALLS)], { dataDir, env: ENV });

/** Lines of the log about one event, from a line on. */
const eventsIn = (dataDir: string, event: string, from = 0) =>
  logOf(dataDir)
    .slice(from)
    .filter((line) => line['event'] === event);

/** Waits until somebody has picked up on each of the calls, and somewhere something was said and answered. */
const untilTalking = (rollcall: Rollcall, dataDir: string, from = 0): Promise<true> =>
  rollcall.until('calls', () => {
    const open = new Set(eventsIn(dataDir, 'call.media_started', from).map((line) => line['attempt']));
    return open.size === CALLS && eventsIn(dataDir, 'turn.completed', from).length > 0 ? true : null;
  });

const untilGone = (pid: number): Promise<void> =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 });

interface Attempt {
  readonly id: string;
  readonly status: string;
  readonly disposition: string | null;
  readonly contact: string;
}

const attemptsIn = (dataDir: string): Promise<readonly Attempt[]> =>
  withDatabase(dataDir, async (database) => {
    const found = await database.query<Attempt>(
      `select a.id, a.status, a.disposition, c.state as contact from call_attempt a join contact c on c.id = a.contact_id
       order by a.claimed_at`,
    );
    return found.rows;
  });

const Handset = z.object({
  events: z.array(z.looseObject({ kind: z.string(), text: z.string().optional() })),
});

/** What the callees of a night heard last, each. */
function lastWordsHeard(dataDir: string): readonly string[] {
  const nights = join(dataDir, 'handsets');
  return readdirSync(nights).flatMap((night) =>
    readdirSync(join(nights, night))
      .filter((name) => name.endsWith('.json'))
      .map((name) => Handset.parse(JSON.parse(readFileSync(join(nights, night, name), 'utf8'))))
      .map(({ events }) => events.findLast(({ kind }) => kind === 'heard')?.text ?? ''),
  );
}

describe('a product that is told to end', () => {
  test.concurrent('during calls ends them politely, and the database last', async ({ expect: expected }) => {
    const dataDir = folder();
    const rollcall = start(dataDir);
    await untilTalking(rollcall, dataDir);
    const postmaster = postmasterOf(dataDir) ?? 0;
    const children = descendantsOf(rollcall.pid);
    expected(isAlive(postmaster)).toBe(true);
    if (existsSync('/proc')) expected(children.length).toBeGreaterThan(1);

    const second = await runRollcall(['start', '--once'], { dataDir, env: ENV });
    expected(second).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: `rollcall: Rollcall runs already on ${dataDir} (process ${rollcall.pid}). Look at its page, stop it, or set DATA_DIR to another folder.\n`,
    });

    const toldMs = performance.now();
    // Once from the terminal and once more through npm: that is one Ctrl-C.
    rollcall.signal('SIGINT');
    rollcall.signal('SIGINT');
    expected(await rollcall.ended).toEqual({ code: 0, signal: null });
    expected(performance.now() - toldMs).toBeLessThan(30_000);
    for (const pid of [postmaster, ...children]) expected(isAlive(pid)).toBe(false);

    const steps = eventsIn(dataDir, 'shutdown.step').map((line) => line['code']);
    expected(steps[0]).toBe('calls.ok');
    expected(steps.at(-1)).toBe('database.ok');
    expected(steps.filter((step) => !String(step).endsWith('.ok'))).toEqual([]);

    const attempts = await attemptsIn(dataDir);
    expected(attempts).toHaveLength(CALLS);
    for (const { status, disposition } of attempts)
      expected({ status, disposition }).toEqual({ status: 'ended', disposition: 'answered_human' });
    const heard = lastWordsHeard(dataDir);
    expected(heard).toHaveLength(CALLS);
    for (const words of heard) expected(words).toMatch(/goodbye\.$/i);
  });

  test.concurrent('by a kill is taken up by the next start, which a second Ctrl-C ends at once', async ({
    expect: expected,
  }) => {
    const dataDir = folder();
    const killed = start(dataDir);
    await untilTalking(killed, dataDir);
    const postmaster = postmasterOf(dataDir) ?? 0;
    const children = descendantsOf(killed.pid).filter((pid) => pid !== postmaster);
    const before = logOf(dataDir).length;
    const [emulators] = eventsIn(dataDir, 'emulator.started').map((line) => Number(line['pid']));
    killed.signal('SIGKILL');
    expected(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await untilGone(emulators ?? 0);
    for (const child of children.filter((pid) => !descendantsOf(postmaster).includes(pid)))
      await untilGone(child);
    expected(isAlive(postmaster)).toBe(true);

    const next = start(dataDir);
    await next.until('old attempts', async () => {
      const lost = eventsIn(dataDir, 'call.ended', before).filter((line) => line['code'] === 'lost');
      return lost.length === CALLS ? true : null;
    });
    expected(eventsIn(dataDir, 'db.adopted', before)).toHaveLength(1);
    expected(postmasterOf(dataDir)).toBe(postmaster);
    await untilTalking(next, dataDir, before);
    const nextChildren = descendantsOf(next.pid);

    const toldMs = performance.now();
    next.signal('SIGINT');
    // Whatever comes within 300 ms is the first one's echo; the first after that is the second Ctrl-C.
    await next
      .until('end', () => {
        next.signal('SIGINT');
        return null;
      })
      .catch(() => undefined);
    expected(await next.ended).toEqual({ code: 130, signal: null });
    expected(performance.now() - toldMs).toBeLessThan(2_000);
    for (const pid of [postmaster, ...nextChildren]) await untilGone(pid);

    const attempts = await attemptsIn(dataDir);
    expected(attempts.slice(0, CALLS)).toEqual(
      attempts.slice(0, CALLS).map(({ id }) => ({
        id,
        status: 'ended',
        disposition: 'lost',
        contact: expected.not.stringMatching(/^(claimed|in_call)$/),
      })),
    );
    expected(attempts).toHaveLength(2 * CALLS);
  });
});

describe('a product that is told to end while it starts', () => {
  const moments: readonly (readonly [string, (dataDir: string) => boolean])[] = [
    [
      'makes its database',
      (dataDir) => {
        const home = join(dataDir, 'postgres');
        return existsSync(home) && readdirSync(home).some((name) => name.startsWith('new-'));
      },
    ],
    ['has just opened its database', (dataDir) => eventsIn(dataDir, 'db.started').length > 0],
    ['starts its emulators', (dataDir) => eventsIn(dataDir, 'server.listening').length > 0],
  ];
  test.concurrent.each(moments)('and %s ends, and leaves nothing behind', async (_, isIt) => {
    const dataDir = folder();
    const rollcall = start(dataDir);
    await rollcall.until('moment', () => (isIt(dataDir) ? true : null));
    const children = descendantsOf(rollcall.pid);
    rollcall.signal('SIGTERM');
    const { code } = await rollcall.ended;
    expect({ code, stderr: rollcall.stderr() }).toEqual({ code: 0, stderr: '' });
    expect(postmasterOf(dataDir)).toBe(null);
    for (const pid of children) await untilGone(pid);
  });
});
