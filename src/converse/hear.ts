/**
 * The rules layer of understanding: what a turn of the callee means, from its words and from what was asked. Deterministic, synchronous,
 * and silent when not sure: whoever asks then asks the model.
 */
import type { Instant, Zone } from '../domain/time.ts';
import type { Expects } from './answers.ts';
import { fitsWish } from './fitsWish.ts';
import { GLOBAL_RULES, LOCAL_RULES, type Rule } from './lexicon.ts';
import type { Move } from './moves.ts';
import { type TimeWish, hearTimes } from './times.ts';
import { isVoicemail } from './voicemailGreeting.ts';
import { normalise, wordsOf } from './words.ts';

export interface HearContext {
  /** What the agent asked, as it was said. */
  readonly agent: string;
  readonly expects: Expects;
  readonly now: Instant;
  readonly zone: Zone;
  /** The times that were on the table. */
  readonly about: readonly Instant[];
}

export interface Heard {
  readonly move: Move;
  /** Further moves of the same turn, e.g. the question in "yes, but where do I park?". */
  readonly also: readonly Move[];
  readonly sure: boolean;
  readonly time: TimeWish | null;
}

const TIMED: ReadonlySet<Expects> = new Set(['time', 'offer_time']);
/** Above this a turn is a story; rules that look at single words are not trusted with it. */
const WORDS_TRUSTED = 24;

/** Reads one turn. `sure` is false when the words fit no rule, or rules that contradict each other. */
export function hear(utterance: string, context: HearContext): Heard {
  const plain = normalise(utterance);
  const time = hearTimes(utterance, TIMED.has(context.expects));
  if (plain === '') return { move: 'other', also: [], sure: false, time: null };
  if (isVoicemail(utterance)) return { move: 'voicemail', also: [], sure: true, time: null };
  const all = matching(GLOBAL_RULES, plain, context.expects);
  const local = matching(LOCAL_RULES, plain, context.expects);
  const said = [...all, ...local, ...timeMoves(time, plain, context)];
  return judge(said, time, plain, context);
}

const matching = (rules: readonly Rule[], plain: string, expects: Expects): Move[] =>
  rules
    .filter((rule) => (rule.when?.includes(expects) ?? true) && rule.says.test(plain))
    .map((rule) => rule.move);

/** A time in the answer to a yes-or-no question repeats what was asked, or is a wish for another: the times on the table tell. */
function timeMoves(time: TimeWish | null, plain: string, context: HearContext): Move[] {
  if (time === null) return [];
  if (TIMED.has(context.expects)) return ['inform_time'];
  if (context.about.length > 0)
    return context.about.some((at) => fitsWish({ ...time, shift: null }, at, context)) && time.shift === null
      ? []
      : ['inform_time'];
  return WISHED.test(plain) ? ['inform_time'] : [];
}

const WISHED =
  /\b(?:can|could|how about|what about|instead|rather|prefer|do you have|is there|anything|better|earlier|later|next week|move)\b/;

/** A yes with a reservation is no plain yes. */
const RESERVED = /\b(?:but|except|actually|wait|better|only if|unless)\b/;

const isAnswer = (move: Move): boolean => move === 'affirm' || move === 'deny';

/** Which of several moves leads: a change of what exists beats a polite yes or no around it. */
const LEADS: readonly Move[] = [
  'emergency',
  'opt_out',
  'deceased',
  'wrong_number',
  'screening',
  'person',
  'not_here',
  'third_party',
  'hold_on',
  'other_language',
  'repeat',
  'slow_down',
  'robot',
  'keep',
  'cancel',
  'choose_first',
  'choose_second',
  'request_alternative',
  'inform_time',
  'deny',
  'affirm',
  'question',
  'thanks_or_goodbye',
  'hello',
];

function judge(said: readonly Move[], time: TimeWish | null, plain: string, context: HearContext): Heard {
  const moves = LEADS.filter((move) => said.includes(move));
  const lead = moves[0];
  if (lead === undefined) return { move: 'other', also: [], sure: false, time };
  const has = (move: Move): boolean => moves.includes(move);
  // A strong lead stands whatever polite words surround it; a yes or a no that has its opposite beside it does not.
  const contradicts =
    (isAnswer(lead) && has('affirm') && has('deny')) ||
    (lead === 'affirm' && RESERVED.test(plain) && !has('question')) ||
    (has('choose_first') && has('choose_second')) ||
    (has('keep') && has('cancel')) ||
    (has('affirm') && has('cancel') && context.expects === 'offer');
  const long = wordsOf(plain).length > WORDS_TRUSTED && !GLOBAL_RULES.some((rule) => rule.move === lead);
  return { move: lead, also: moves.slice(1), sure: !(contradicts || long), time };
}
