import { describe, expect, test } from 'vitest';
import { instantAt } from '../../../src/domain/localTime.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { Expects } from '../../../src/converse/answers.ts';
import { hear } from '../../../src/converse/hear.ts';
import type { Move } from '../../../src/converse/moves.ts';
import { isVoicemail } from '../../../src/converse/voicemailGreeting.ts';
import { CHICAGO, NOW } from '../../journey/converse/briefs.ts';

const heard = (text: string, expects: Expects, about: readonly Instant[] = []) =>
  hear(text, { agent: '', expects, now: NOW, zone: CHICAGO, about });

describe('what is said is heard as what is meant', () => {
  test.each<[string, Expects, Move]>([
    ['Yes.', 'yes_no', 'affirm'],
    ["Yeah, I'll be there.", 'yes_no', 'affirm'],
    ['This is she.', 'yes_no', 'affirm'],
    ['Speaking.', 'yes_no', 'affirm'],
    ['That works for me.', 'offer', 'affirm'],
    ['Yes, please do.', 'confirm', 'affirm'],
    ['Mm-hm.', 'confirm', 'affirm'],
    ['No.', 'yes_no', 'deny'],
    ["That doesn't work for me.", 'yes_no', 'deny'],
    ["I'm afraid I can't make it.", 'yes_no', 'deny'],
    ["No, that's not right.", 'confirm', 'deny'],
    ['No, I need to cancel.', 'yes_no', 'cancel'],
    ['Cancel it please.', 'yes_no', 'cancel'],
    ["Don't cancel it.", 'confirm', 'keep'],
    ['No, keep it.', 'confirm', 'keep'],
    ['Can I reschedule?', 'yes_no', 'request_alternative'],
    ['Do you have anything else?', 'offer_time', 'request_alternative'],
    ['Could we do Thursday afternoon?', 'yes_no', 'inform_time'],
    ['Thursday after three.', 'time', 'inform_time'],
    ['The first one.', 'offer_time', 'choose_first'],
    ["I'll take the second one, please.", 'offer_time', 'choose_second'],
    ['Where are you located?', 'yes_no', 'question'],
    ['You have the wrong number.', 'yes_no', 'wrong_number'],
    ["There's no Jane here.", 'yes_no', 'wrong_number'],
    ["She's not home right now.", 'yes_no', 'not_here'],
    ['No, this is her husband.', 'yes_no', 'third_party'],
    ['Can I take a message?', 'yes_no', 'third_party'],
    ['Hang on, let me ask my wife.', 'yes_no', 'hold_on'],
    ['Just a second.', 'offer_time', 'hold_on'],
    ['Please stop calling me.', 'yes_no', 'opt_out'],
    ['Take me off your list.', 'confirm', 'opt_out'],
    ['Can I talk to a real person?', 'yes_no', 'person'],
    ['Are you a robot?', 'yes_no', 'robot'],
    ['Sorry, what was that?', 'confirm', 'repeat'],
    ['Could you speak more slowly?', 'yes_no', 'slow_down'],
    ["I'm having chest pain.", 'yes_no', 'emergency'],
    ['No hablo inglés.', 'yes_no', 'other_language'],
    ['He passed away last month.', 'yes_no', 'deceased'],
    ['Hello?', 'yes_no', 'hello'],
    ['Thank you, bye.', 'anything_else', 'thanks_or_goodbye'],
  ])('%s (%s) is %s', (text, expects, move) => {
    expect(heard(text, expects)).toMatchObject({ move, sure: true });
  });

  test.each<[string, Expects]>([
    ['Yes, no, wait.', 'yes_no'],
    ['The first or the second, I do not know.', 'offer_time'],
    ['Purple monkey dishwasher.', 'yes_no'],
    ['', 'yes_no'],
  ])('%s (%s) is left to somebody who knows better', (text, expects) => {
    expect(heard(text, expects).sure).toBe(false);
  });

  test('a yes that brings a question is a yes with a question', () => {
    expect(heard('Yes, but where do I park?', 'yes_no')).toMatchObject({
      move: 'affirm',
      also: ['question'],
      sure: true,
    });
  });

  test('cancelling an appointment is no wish to be left alone', () => {
    expect(heard('Please cancel my appointment.', 'yes_no').move).toBe('cancel');
  });

  test('a yes to another time than the one read back is a wish', () => {
    const readBack = [instantAt('2026-11-24', 870, CHICAGO)];
    expect(heard('Yes, Tuesday at two thirty.', 'confirm', readBack)).toMatchObject({
      move: 'affirm',
      sure: true,
    });
    expect(heard('Yes, Thursday at two thirty.', 'confirm', readBack)).toMatchObject({ move: 'inform_time' });
    expect(heard('Yes, but three would be better.', 'confirm', readBack).sure).toBe(false);
  });

  test('repeating the time after a read-back is no new wish', () => {
    expect(heard('Yes, Tuesday at two thirty.', 'confirm')).toMatchObject({ move: 'affirm', sure: true });
  });
});

describe('a machine is known by its greeting', () => {
  test.each([
    "Hi, you've reached Jane. Leave a message after the tone.",
    'The person you are trying to reach is not available.',
    'Your call has been forwarded to an automatic voice message system.',
    "Sorry I missed your call, I'll get back to you as soon as I can.",
  ])('%s', (text) => {
    expect(isVoicemail(text)).toBe(true);
  });

  test.each([
    'Hello?',
    "She's not available right now.",
    'Can I take a message?',
    "I can't come to the phone, I'm driving.",
  ])('but "%s" is a person', (text) => {
    expect(isVoicemail(text)).toBe(false);
  });
});
