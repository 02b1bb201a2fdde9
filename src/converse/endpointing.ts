/**
 * How long a callee must be quiet before the turn counts as finished. The question decides: after "is that right?" a "yes" needs no
 * waiting, while "Thursday at..." is not over however long the breath.
 */
import type { Expects } from './answers.ts';
import { wordsOf } from './words.ts';

/** Base wait for each kind of answer, milliseconds after the voice detector reports quiet. */
const BASE_MS: Readonly<Record<Expects, number>> = {
  hello: 250,
  yes_no: 450,
  confirm: 450,
  offer: 450,
  offer_time: 550,
  time: 750,
  anything_else: 500,
  detail: 650,
  open: 800,
  none: 700,
};

/** A whole answer to a closed question: end at once. */
const COMPLETE_MS = 200;
/** A bare "yes" is often the first half of "yes, that's me": the pause at the comma lasts up to 230 ms. */
const BARE_MS = 340;
/** The sentence is visibly not over. */
const HOLD_MS = 1_300;
/** A day without a time may go on: "Thursday ... after three". */
const MAY_GO_ON_MS = 850;

const CLOSED: ReadonlySet<Expects> = new Set(['yes_no', 'confirm', 'offer', 'offer_time', 'anything_else']);

const YES_NO =
  /^(?:oh |well |um |uh |and )?(?:yes|yeah|yep|yup|no|nope|nah|sure|correct|right|perfect|great|absolutely|definitely|okay|ok|speaking|that's right|that's correct|that is correct|it is|it does|that works|that's fine|that's good|sounds good|sounds great|go ahead|please do|i do|i will|i am|no thanks|no thank you|not really|that's me|this is (?:he|she|him|her)|that's all|that's it)(?: (?:please|thanks|thank you|it is|it does|i am|it will|works|that works|that's right|that's fine|i can|i do|speaking|ma'am|sir|that's correct|this is (?:he|she|her|him)))*$/;
const CHOICE =
  /^(?:um |uh |let's do |i'll take |we'll take )?(?:the )?(?:first|second|former|latter|earlier|later)(?: one| time| option)?(?: please| works| is (?:fine|good|better)| would be (?:fine|good|better))*$/;

/** Last words after which more is coming. */
const UNFINISHED = new Set(
  `um uh er hmm like so and but or because if then maybe on at in for to with from after
   before around about between until the a an my your our this next is was are i i'm i'd i'll
   we you of by any not can could would have half quarter twenty thirty`.split(/\s+/),
);
const THINKING_ALOUD =
  /(?:let me (?:see|think|check|look)|hang on|hold on|one (?:second|sec|moment|minute)|just a (?:second|sec|moment|minute))$/;
const MONTH = /^(?:january|february|march|april|june|july|august|september|october|november|december)$/;
const WEEKDAY = /^(?:mon|tues|wednes|thurs|fri|satur|sun)days?$/;

/** True when the words are a whole answer to the question that was asked. */
function isComplete(text: string, expects: Expects): boolean {
  if (!CLOSED.has(expects)) return false;
  const plain = wordsOf(text).join(' ');
  return YES_NO.test(plain) || (expects === 'offer_time' && CHOICE.test(plain));
}

/** Milliseconds of quiet after which these words are taken as finished. */
export function waitMs(text: string, expects: Expects): number {
  const words = wordsOf(text);
  const last = words.at(-1) ?? '';
  if (isComplete(text, expects)) return words.length === 1 ? BARE_MS : COMPLETE_MS;
  // "Hang on" is finished: what follows is the wait that it asked for.
  if (THINKING_ALOUD.test(words.join(' ')))
    return /(?:hang|hold) on|one|just/.test(words.join(' ')) ? BASE_MS[expects] : HOLD_MS;
  if (UNFINISHED.has(last) || MONTH.test(last)) return Math.max(HOLD_MS, BASE_MS[expects]);
  if (expects === 'time' && WEEKDAY.test(last)) return MAY_GO_ON_MS;
  return BASE_MS[expects];
}

/** True when the transcriber's own "finished" is to be doubted. */
export const isHeld = (text: string, expects: Expects): boolean => waitMs(text, expects) >= HOLD_MS;
