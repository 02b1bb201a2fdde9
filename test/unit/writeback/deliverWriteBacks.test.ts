import { describe, expect, test } from 'vitest';
import { SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { type Delivery, deliverWriteBack } from '../../../src/writeback/deliverWriteBacks.ts';
import { sweepWriteBacks } from '../../../src/writeback/sweep.ts';
import { BOOK, CANCEL, CONFIRM, Desk, seenAs } from '../../support/desk.ts';
import { EVENING, of } from '../../support/night.ts';

const deliver = (desk: Desk): Promise<Delivery> => deliverWriteBack(desk.deps, of('row'));
const kinds = (desk: Desk): readonly string[] => desk.settlements.map((s) => s.kind);

describe('a command that is taken', () => {
  test.each([
    [CONFIRM, 'confirm 1'],
    [CANCEL, 'cancel 1 pat-crs'],
    [BOOK, 'book s1'],
  ])('lands: %j', async (command, sent) => {
    const desk = new Desk(command);
    expect(await deliver(desk)).toBe('landed');
    expect(desk.sent).toEqual([{ command: sent, key: 'key' }]);
    expect(kinds(desk)).toEqual(['landed']);
  });

  test('is delivered once: whoever comes second finds nothing to do', async () => {
    const desk = new Desk(CONFIRM);
    await deliver(desk);
    expect(await deliver(desk)).toBe('not_taken');
    expect(desk.sent).toHaveLength(1);
  });
});

describe('a conflict', () => {
  test('is no conflict when it is already as wanted', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'conflict', reason: 'version' }];
    desk.seen = seenAs({ participation: 'accepted', version: of('5') });
    expect(await deliver(desk)).toBe('landed');
    expect(desk.settlements[0]).toMatchObject({ kind: 'landed', version: '5' });
  });

  test('means that staff win', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'conflict', reason: 'version' }];
    desk.seen = seenAs({ status: 'cancelled' });
    expect(await deliver(desk)).toBe('superseded');
    expect(desk.settlements[0]).toMatchObject({
      kind: 'superseded',
      reason: 'version',
      seen: { status: 'cancelled' },
    });
    expect(desk.sent).toHaveLength(1);
  });

  test('about something that is gone means the same', async () => {
    const desk = new Desk(CANCEL);
    desk.answers = [{ kind: 'conflict', reason: 'gone' }];
    desk.seen = null;
    expect(await deliver(desk)).toBe('superseded');
  });

  test('that cannot be looked at waits', async () => {
    const desk = new Desk(CANCEL);
    desk.answers = [{ kind: 'conflict', reason: 'version' }];
    desk.seen = 'unread';
    expect(await deliver(desk)).toBe('later');
  });

  test('over a slot means that somebody else has it', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'conflict', reason: 'slot_taken' }];
    expect(await deliver(desk)).toBe('superseded');
    expect(desk.settlements).toEqual([{ kind: 'superseded', reason: 'slot_taken', seen: null }]);
  });
});

describe('an answer that was lost', () => {
  test('is looked up, and what was done is not done again', async () => {
    const desk = new Desk(CANCEL);
    desk.answers = [{ kind: 'unknown' }];
    expect(await deliver(desk)).toBe('later');
    desk.seen = seenAs({ status: 'cancelled', version: of('2') });
    expect(await deliver(desk)).toBe('landed');
    expect(desk.sent).toHaveLength(1);
  });

  test('to something that was not done leads to the same command with the same key', async () => {
    const desk = new Desk(CANCEL);
    desk.answers = [{ kind: 'unknown' }, { kind: 'landed', external: of('ext-apt-ada'), version: of('2') }];
    await deliver(desk);
    expect(await deliver(desk)).toBe('landed');
    expect(new Set(desk.sent.map((s) => s.key))).toEqual(new Set(['key']));
  });

  test('to a booking leads to the same key, which books once', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'unknown' }, { kind: 'landed', external: of('new'), version: of('1') }];
    await deliver(desk);
    expect(await deliver(desk)).toBe('landed');
    expect(desk.sent).toEqual([
      { command: 'book s1', key: 'key' },
      { command: 'book s1', key: 'key' },
    ]);
  });

  test('that cannot be looked up waits, and nothing is sent meanwhile', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'unknown' }];
    await deliver(desk);
    desk.seen = 'unread';
    expect(await deliver(desk)).toBe('later');
    expect(desk.sent).toHaveLength(1);
  });

  test('to something that is gone by then is superseded', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'unknown' }];
    await deliver(desk);
    desk.seen = null;
    expect(await deliver(desk)).toBe('superseded');
  });

  test('for ever ends with a person', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'unknown' }];
    for (let i = 0; i < 7; i += 1) expect(await deliver(desk)).toBe('later');
    expect(await deliver(desk)).toBe('dead');
  });
});

describe('what was accepted and is not seen yet', () => {
  test('is looked for and not sent again, which would meet its own change as a conflict', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'accepted', external: null }];
    expect(await deliver(desk)).toBe('later');
    expect(await deliver(desk)).toBe('later');
    expect(desk.sent).toHaveLength(1);
    desk.seen = seenAs({ participation: 'accepted' });
    expect(await deliver(desk)).toBe('landed');
    expect(kinds(desk)).toEqual(['accepted', 'accepted', 'landed']);
  });
});

describe('a scheduling system that is down', () => {
  test('is tried again after 5 s, or as much later as it asks', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'unavailable', retryAfterMs: null }];
    await deliver(desk);
    expect(desk.settlements).toEqual([
      { kind: 'retry', notBefore: plusMs(EVENING, 5 * SECOND_MS), code: 'unavailable' },
    ]);
    const asked = new Desk(CONFIRM);
    asked.answers = [{ kind: 'unavailable', retryAfterMs: 60 * SECOND_MS }];
    await deliver(asked);
    expect(asked.settlements).toMatchObject([{ notBefore: plusMs(EVENING, 60 * SECOND_MS) }]);
  });

  test('for too long leaves it to a person', async () => {
    const desk = new Desk(BOOK);
    desk.answers = [{ kind: 'unavailable', retryAfterMs: null }];
    for (let i = 0; i < 7; i += 1) expect(await deliver(desk)).toBe('later');
    expect(await deliver(desk)).toBe('dead');
    expect(desk.settlements.at(-1)).toEqual({ kind: 'dead', code: 'unavailable' });
  });

  test('that refuses is not asked twice', async () => {
    const desk = new Desk(CONFIRM);
    desk.answers = [{ kind: 'rejected', status: 422 }];
    expect(await deliver(desk)).toBe('dead');
    expect(desk.settlements).toEqual([{ kind: 'dead', code: 'rejected_422' }]);
  });
});

describe('the sweep', () => {
  test('delivers what nobody holds any more', async () => {
    const desk = new Desk(CONFIRM);
    await desk.clock.advance(6 * SECOND_MS);
    expect(await sweepWriteBacks(desk.deps)).toBe(1);
    expect(kinds(desk)).toEqual(['landed']);
  });

  test('leaves alone what is young, what waits for its time, and what is settled', async () => {
    const desk = new Desk(CONFIRM);
    expect(await sweepWriteBacks(desk.deps)).toBe(0);
    await desk.clock.advance(6 * SECOND_MS);
    for (const state of ['retry_wait', 'accepted', 'unknown', 'landed', 'dead'] as const) {
      desk.state = state;
      expect(await sweepWriteBacks(desk.deps)).toBe(0);
    }
    expect(desk.sent).toEqual([]);
  });
});
