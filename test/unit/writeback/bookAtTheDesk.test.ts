import { describe, expect, test } from 'vitest';
import type { Opening } from '../../../src/domain/conversation.ts';
import type { CommandResult } from '../../../src/ports/schedulingSystem.ts';
import { SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { bookAtTheDesk } from '../../../src/writeback/bookAtTheDesk.ts';
import { BOOK, Desk } from '../../support/desk.ts';
import { EVENING, of } from '../../support/night.ts';

const DEADLINE_MS = 2 * SECOND_MS;
const LANDED: CommandResult = { kind: 'landed', external: of('new'), version: of('1') };
const to: Opening = {
  slot: of('s1'),
  start: EVENING,
  end: plusMs(EVENING, 1),
  provider: null,
  spokenProvider: '',
};

const move = (desk: Desk) =>
  bookAtTheDesk(desk.deps, of('attempt')).book({ kind: 'move', appointment: of('apt-ada'), to }, DEADLINE_MS);

describe('booking while somebody is on the phone', () => {
  test('says landed once it is read back', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [LANDED];
    expect(await move(desk)).toBe('landed');
    expect(desk.wanted).toMatchObject([
      { attempt: 'attempt', replaces: 'apt-ada', offer: null, opening: { slot: 's1' }, at: EVENING },
    ]);
    expect(desk.wanted[0]?.relayNotBefore).toBeGreaterThan(plusMs(EVENING, DEADLINE_MS));
    expect(desk.clock.pending).toBe(0);
  });

  test('says taken when somebody else has the slot', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'conflict', reason: 'slot_taken' }];
    expect(await move(desk)).toBe('taken');
  });

  test("says taken when the offer's reservation is not this call's any more, and sends nothing", async () => {
    const desk = new Desk(BOOK);
    desk.fenced = true;
    const book = bookAtTheDesk(desk.deps, of('attempt')).book(
      { kind: 'offer', offer: of('offer'), to },
      DEADLINE_MS,
    );
    expect(await book).toBe('taken');
    expect(desk.wanted).toMatchObject([{ replaces: null, offer: 'offer' }]);
    expect(desk.sent).toEqual([]);
  });

  test('tries once more within the deadline', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'unavailable', retryAfterMs: null }, LANDED];
    const booking = move(desk);
    await desk.clock.advance(SECOND_MS);
    expect(await booking).toBe('landed');
  });

  test('says pending at the deadline; the booking goes on by itself', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [
      async () => {
        await desk.clock.sleep(10 * SECOND_MS);
        return LANDED;
      },
    ];
    const booking = move(desk);
    await desk.clock.advance(DEADLINE_MS);
    expect(await booking).toBe('pending');
    expect(desk.settlements).toEqual([]);
    await desk.clock.advance(10 * SECOND_MS);
    expect(desk.settlements.map((s) => s.kind)).toEqual(['landed']);
  });

  test('says pending when it is not known twice, and does not use up the tries', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'unknown' }];
    const booking = move(desk);
    await desk.clock.advance(DEADLINE_MS);
    expect(await booking).toBe('pending');
    expect(desk.sent).toHaveLength(2);
  });

  test('says pending when the delivery breaks', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [() => Promise.reject(new Error('a bug'))];
    expect(await move(desk)).toBe('pending');
  });
});
