import { describe, expect, test } from 'vitest';
import { id } from '../../../src/domain/ids.ts';
import type { AttemptId, LocationId } from '../../../src/domain/ids.ts';
import { zone } from '../../../src/domain/localTime.ts';
import { instant } from '../../../src/domain/time.ts';
import { callPage } from '../../../src/web/callPage.ts';
import { dayAndTime, inLocalTime, longDate } from '../../../src/web/localWords.ts';
import { byUrgency, callView, callbackView, contactView, slotView } from '../../../src/web/rowViews.ts';
import { EVENING_MS, callRow, callbackRow, contactRow, practice, slotRow } from '../../support/nightPages.ts';

const CHICAGO = zone('America/Chicago');
const denver = id<LocationId>('denver');

const codes = (row: Parameters<typeof callRow>[1]) =>
  callView(practice, callRow('a1', row)).results.map(({ code }) => code);

describe('times', () => {
  test('are said in the zone of the place', () => {
    expect(dayAndTime(instant(EVENING_MS), CHICAGO)).toBe('Mon, Nov 23, 5:30 PM CST');
    expect(callView(practice, callRow('a1', { location: denver })).at).toBe('4:30 PM MST');
    expect(slotView(practice, slotRow('s1', { location: denver })).at).toBe('Tue, Nov 24, 4:30 PM MST');
  });

  test('a day is written out, and nothing is nothing', () => {
    expect(longDate('2026-11-01')).toBe('Sunday, November 1, 2026');
    expect(dayAndTime(null, CHICAGO)).toBe('');
  });

  test('a rule’s instants are said in local time, and the rest of it stays', () => {
    expect(inLocalTime('until 2026-11-24T02:00:00.000Z, 1 of 2', CHICAGO)).toBe(
      'until Mon, Nov 23, 8:00 PM CST, 1 of 2',
    );
    expect(inLocalTime('America/Chicago', CHICAGO)).toBe('America/Chicago');
  });
});

describe('a call', () => {
  test('that goes on says where it stands', () => {
    const going = { endedAt: null, disposition: null, outcomes: [] } as const;
    expect(callView(practice, callRow('a1', { ...going, state: null })).state).toBe('Ringing');
    expect(callView(practice, callRow('a1', { ...going, state: 'read_back' })).state).toBe(
      'Reading the new time back',
    );
    expect(callView(practice, callRow('a1', { ...going, state: 'a_new_state' })).state).toBe('A new state');
  });

  test('that has ended is over only when its outcome stands', () => {
    const unsettled = callView(practice, callRow('a1', { outcomes: [] }));
    expect(unsettled).toMatchObject({ state: 'Being written down', results: [] });
    expect(callView(practice, callRow('a1'))).toMatchObject({
      state: null,
      seconds: 41,
      results: [{ code: 'confirmed', words: 'Confirmed' }],
    });
  });

  test('about two appointments stands under both, and twice the same is once', () => {
    expect(codes({ outcomes: ['confirmed', 'cancelled'] })).toEqual(['confirmed', 'cancelled']);
    expect(codes({ outcomes: ['confirmed', 'confirmed'] })).toEqual(['confirmed']);
    expect(codes({ outcomes: ['confirmed', 'no_decision'] })).toEqual(['confirmed']);
  });

  test('that nobody answered is listed by what the line said', () => {
    const missed = callView(practice, callRow('a1', { disposition: 'no_answer', outcomes: ['no_decision'] }));
    expect(missed.results).toEqual([{ code: 'no_answer', words: 'No answer' }]);
    const undecided = callView(practice, callRow('a1', { outcomes: ['no_decision'] }));
    expect(undecided.results).toEqual([{ code: 'no_decision', words: 'Nothing was decided' }]);
  });
});

describe('reasons', () => {
  test('why somebody is not called, or not now', () => {
    expect(contactView(practice, contactRow('c1')).why).toBe('No phone number on file');
    expect(contactView(practice, contactRow('c1', { state: 'retry_wait', because: 'busy' })).why).toBe(
      'Will be tried again: busy',
    );
    expect(contactView(practice, contactRow('c1', { state: 'held', because: 'window_closed' })).why).toBe(
      'Held: outside calling hours',
    );
    expect(contactView(practice, contactRow('c1', { state: 'queued', because: null })).why).toBe(
      'Waiting for its turn',
    );
  });

  test('what became of a freed time', () => {
    expect(slotView(practice, slotRow('s1'))).toMatchObject({
      fate: 'empty',
      says: 'Left empty: too little notice',
    });
    expect(slotView(practice, slotRow('s1', { state: 'reserved', because: null }))).toMatchObject({
      fate: 'waiting',
      says: 'Being offered',
    });
    expect(slotView(practice, slotRow('s1', { state: 'taken_externally', because: 'moved_into' })).fate).toBe(
      'taken',
    );
    expect(
      slotView(practice, slotRow('s1', { state: 'booked', because: null, filledBy: 'Gwen Nolan' })),
    ).toMatchObject({
      fate: 'filled',
      says: 'Filled by Gwen Nolan',
    });
    expect(slotView(practice, slotRow('s1', { state: 'past', because: 'began' })).fate).toBe('empty');
  });

  test('whoever has their appointment soonest is called back first', () => {
    const soon = callbackRow('soon', { appointmentStart: instant(EVENING_MS + 1) });
    const later = callbackRow('later', { appointmentStart: instant(EVENING_MS + 2) });
    const never = callbackRow('never');
    const neverEither = callbackRow('never either', { createdAt: instant(EVENING_MS + 9) });
    const order = [neverEither, later, never, soon].toSorted(byUrgency).map(({ callback }) => callback);
    expect(order).toEqual(['soon', 'later', 'never', 'never either']);
  });

  test('a callback knows its place by its call', () => {
    const calls = [callRow('a1', { location: denver })];
    const row = callbackRow('b1', { attempt: id<AttemptId>('a1'), appointmentStart: instant(EVENING_MS) });
    expect(callbackView(practice, calls, row)).toMatchObject({
      where: 'Denver',
      appointment: 'Mon, Nov 23, 4:30 PM MST',
      reason: 'Has a question',
    });
    expect(callbackView(practice, [], callbackRow('b2', { patientName: null }))).toMatchObject({
      who: 'Unknown',
      where: '',
    });
  });
});

describe('the page of a call', () => {
  const latency = {
    turn: 1,
    endpointMs: 250,
    transcriptMs: 0,
    understoodMs: 260,
    firstAudioMs: 280,
    understoodBy: 'rules',
    speech: 'cached',
  } as const;
  const hello = { party: 'callee', text: 'Hello?', fromMs: 600, toMs: 1_100 } as const;
  const greeting = { party: 'agent', text: 'Hello, this is', fromMs: 1_400, toMs: 4_000, cut: true } as const;

  test('is folded from the log: path and turns have their times, failures their names', () => {
    const page = callPage(practice, {
      row: callRow('a1'),
      events: [
        { kind: 'line_opened', atMs: 0 },
        { kind: 'state_entered', atMs: 10, state: 'pickup' },
        { kind: 'understood', atMs: 1_300, move: 'hello', by: 'rules' },
        { kind: 'turn_measured', atMs: 1_380, latency },
        { kind: 'state_entered', atMs: 1_390, state: 'identify' },
        { kind: 'vendor_failed', atMs: 2_000, vendor: 'model', reason: 'timed_out' },
        { kind: 'line_closed', atMs: 9_000, by: 'callee' },
      ],
      transcript: [greeting, hello],
      latencies: [latency],
      path: ['pickup', 'identify'],
      decisions: [{ rule: 'window', verdict: 'allow', detail: 'until 2026-11-24T02:00:00.000Z' }],
    });
    expect(page).toMatchObject({
      placed: 'Mon, Nov 23, 5:30 PM CST',
      onTheLine: 'A person answered',
      endedBy: 'By the callee',
      transcript: [hello, greeting],
      turns: [{ ...latency, atMs: 1_380 }],
      path: [
        { words: 'Picking up', atMs: 10 },
        { words: 'Asking who it is', atMs: 1_390 },
      ],
      understood: [{ words: 'Hello', by: 'rules', atMs: 1_300 }],
      failures: [{ words: 'language model (Anthropic): Timed out', atMs: 2_000 }],
      rules: [{ words: 'Calling hours', verdict: 'allows', detail: 'until Mon, Nov 23, 8:00 PM CST' }],
    });
  });

  test('without a log shows what the result kept', () => {
    const page = callPage(practice, {
      row: callRow('a1', { disposition: null }),
      events: [],
      transcript: [],
      latencies: [latency],
      path: ['pickup'],
      decisions: [],
    });
    expect(page).toMatchObject({
      onTheLine: '',
      endedBy: '',
      path: [{ words: 'Picking up', atMs: null }],
      turns: [{ atMs: null }],
    });
  });
});
