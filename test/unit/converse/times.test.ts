import { describe, expect, test } from 'vitest';
import { instantAt } from '../../../src/domain/localTime.ts';
import { fitsWish } from '../../../src/converse/fitsWish.ts';
import { ordinal, sayClock, sayWhen, sayWhenShortly } from '../../../src/converse/script/spokenTime.ts';
import { hearTimes } from '../../../src/converse/times.ts';
import { CHICAGO, NOW } from '../../journey/converse/briefs.ts';

/** Openings of the fortnight after Monday, 23 November 2026, by the hour from eight to six. */
const DAYS = ['24', '25', '26', '27', '30']
  .map((day) => `2026-11-${day}`)
  .concat(['2026-12-01', '2026-12-03']);
const ALL = DAYS.flatMap((date) => Array.from({ length: 21 }, (_, i) => ({ date, minute: 480 + i * 30 })));

function fitting(text: string, about: { date: string; minute: number }[] = []): string[] {
  const wish = hearTimes(text, true);
  if (wish === null) return ['no wish'];
  const context = { now: NOW, zone: CHICAGO, about: about.map((a) => instantAt(a.date, a.minute, CHICAGO)) };
  return ALL.filter((o) => fitsWish(wish, instantAt(o.date, o.minute, CHICAGO), context)).map(
    (o) => `${o.date.slice(5)} ${o.minute / 60}`,
  );
}
const days = (text: string): string[] => [...new Set(fitting(text).map((at) => at.slice(0, 5)))];
const hours = (text: string): number[] => [...new Set(fitting(text).map((at) => Number(at.slice(6))))];

describe('days', () => {
  test.each([
    ['Thursday', ['11-26', '12-03']],
    ['tomorrow', ['11-24']],
    ['next week', ['11-30', '12-01', '12-03']],
    ['Thursday next week', ['12-03']],
    ['the twenty seventh', ['11-27']],
    ['November 25th', ['11-25']],
    ['December first', ['12-01']],
    ['any day but Friday this week', ['11-24', '11-25', '11-26']],
    ['Wednesday or Friday', ['11-25', '11-27']],
  ])('%s', (text, expected) => {
    expect(days(text)).toEqual(expected);
  });
});

describe('hours', () => {
  test.each([
    ['after three', [15, 15.5, 16, 16.5, 17, 17.5, 18]],
    ['before ten', [8, 8.5, 9, 9.5, 10]],
    ['mornings', [8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5]],
    ['not in the morning', [12, 12.5, 13, 13.5, 14, 14.5, 15, 15.5, 16, 16.5, 17, 17.5, 18]],
    ['three thirty', [15.5]],
    ['half past four', [16.5]],
    ['at 2:30 pm', [14.5]],
    ['ten in the morning', [10]],
    ['noon', [12]],
    ['after work', [17, 17.5, 18]],
  ])('%s', (text, expected) => {
    expect(hours(text)).toEqual(expected);
  });

  test('"later" is later than what is on the table', () => {
    const late = fitting('something later', [{ date: '2026-12-01', minute: 600 }]);
    expect(late[0]).toBe('12-01 10.5');
  });

  test('words without a time are no wish', () => {
    for (const text of ['yes', 'the first one', 'the second one please', 'I have one question', 'no thanks'])
      expect(hearTimes(text, true)).toBeNull();
  });
});

const at = (date: string): string => sayWhenShortly(instantAt(date, 870, CHICAGO), NOW, CHICAGO);

describe('said aloud', () => {
  test.each([
    ['2026-11-24', 870, 'Tuesday, November twenty fourth, at two thirty PM'],
    ['2026-12-01', 540, 'Tuesday, December first, at nine AM'],
    ['2026-12-30', 605, 'Wednesday, December thirtieth, at ten oh five AM'],
    ['2026-12-31', 720, 'Thursday, December thirty first, at noon'],
    ['2026-11-27', 1_005, 'Friday, November twenty seventh, at four forty five PM'],
  ])('%s %i: %s', (date, minute, words) => {
    expect(sayWhen(instantAt(date, minute, CHICAGO), CHICAGO)).toBe(words);
  });

  test('near days by their names, far ones whole', () => {
    expect(at('2026-11-24')).toBe('tomorrow at two thirty PM');
    expect(at('2026-11-23')).toBe('today at two thirty PM');
    expect(at('2026-11-27')).toBe('Friday at two thirty PM');
    expect(at('2026-12-03')).toBe('Thursday, December third, at two thirty PM');
  });

  test('every day of a month and every minute of an hour has words', () => {
    for (let day = 1; day <= 31; day++) expect(ordinal(day)).toMatch(/^[a-z]+( [a-z]+)?$/);
    for (let minute = 0; minute < 60; minute++)
      expect(sayClock({ hour: 15, minute })).toMatch(/^three( oh)?( [a-z]+){0,2} PM$/);
  });

  test('what is said aloud is heard back as the same time', () => {
    for (const { date, minute } of ALL.filter((_, i) => i % 11 === 0)) {
      const wish = hearTimes(sayWhen(instantAt(date, minute, CHICAGO), CHICAGO), true);
      const fits = ALL.filter(
        (o) =>
          wish !== null &&
          fitsWish(wish, instantAt(o.date, o.minute, CHICAGO), { now: NOW, zone: CHICAGO, about: [] }),
      );
      expect(fits).toEqual([{ date, minute }]);
    }
  });
});
