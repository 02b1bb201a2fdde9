/** Picks the one value of an enum that the caller's words mean. */
import type { Conversation } from './conversation.ts';
import { INTENTS, type Intent, NEAREST, NONE_OF_THESE, TO_THE_MACHINE } from './intents.ts';
import { contentWords, normalise } from './words.ts';

export interface Choice {
  readonly value: string;
  /** When it is meant, as the schema describes it; empty when it does not. */
  readonly when: string;
}

const STARTS_YES = /^(?:(?:oh|um|well) )*(?:yes|yeah|yep|sure|okay|ok|right|correct)\b/;
const WISH =
  /\b(?:can|could|how about|what about|instead|rather|prefer|do you have|maybe|better|earlier|later|i said|works for me)\b/;
const TIME_ASKED =
  /\b(?:what (?:day|time)|which (?:day|time|one|of)|when |what works|prefer|suits? you|morning or|or (?:the )?afternoon)\b/;
const TIME_WORDS =
  /\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|morning|afternoon|evening|noon|\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|thirty|forty)\b/g;

/** The choice that the words make. Sentences that talk to the machinery are left out of account. */
export function choose(choices: readonly Choice[], conversation: Conversation): string {
  const heard = meant(conversation.heard);
  const none = choices.find(({ value }) => NONE_OF_THESE.test(value.toLowerCase()))?.value;
  if (heard !== '') {
    for (const intent of intentsOf(heard, conversation)) {
      const found = [intent.id, ...(NEAREST[intent.id] ?? [])]
        .map((id) => choices.find((choice) => intentNamed(choice.value) === id))
        .find((choice) => choice !== undefined);
      if (found !== undefined) return found.value;
    }
    const described = mostAlike(choices, heard);
    if (described !== undefined) return described;
  }
  return (
    none ?? choices.find(({ value }) => intentNamed(value) === 'repeat')?.value ?? choices[0]?.value ?? ''
  );
}

/** The value whose own words the caller used, for enums that are no moves: days, parts of the day, languages. */
export function chooseLiteral(values: readonly string[], conversation: Conversation): string | undefined {
  const heard = ` ${normalise(meant(conversation.heard))} `;
  return values.find((value) => heard.includes(` ${normalise(value.replaceAll('_', ' '))} `));
}

/** What was heard, without sentences that are meant for the machinery. */
export function meant(heard: string): string {
  return heard
    .split(/(?<=[.!?])\s+/)
    .filter((sentence) => !TO_THE_MACHINE.test(normalise(sentence)))
    .join(' ');
}

/** The intent that an enum value is a name for. */
function intentNamed(value: string): string | undefined {
  const name = value
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  const exact = INTENTS.find(({ id }) => id === name);
  return (exact ?? INTENTS.find(({ names }) => names.test(name.replace(/^choose/, 'pick'))))?.id;
}

/** The intents in the words, heaviest first, in the light of what was asked. */
function intentsOf(heard: string, { asked }: Conversation): readonly Intent[] {
  const words = normalise(heard);
  const question = normalise(asked);
  const said = INTENTS.filter(({ says }) => says.test(words));
  const has = (id: string): boolean => said.some((intent) => intent.id === id);
  const times = timesIn(words);
  const repeatsTime = times.length > 0 && times.every((time) => timesIn(question).includes(time));
  const picked = pickedOption(times, asked);
  const kept = said.filter(({ id }) => {
    if (id === 'cancel' || id === 'reschedule') {
      const asks = id === 'cancel' ? /\bcancel/ : /\bmove|another|different|reschedul|change/;
      return !(STARTS_YES.test(words) && asks.test(question) && !/\bor\b/.test(question));
    }
    if (id === 'time') {
      const agreed = has('yes') || has('confirm');
      if (picked !== undefined || (repeatsTime && agreed && !has('no'))) return false;
      return !agreed || WISH.test(words) || TIME_ASKED.test(question);
    }
    return true;
  });
  const options = picked === undefined ? [] : INTENTS.filter(({ id }) => id === picked);
  const open =
    kept.length === 0 && heard.trim().endsWith('?') ? INTENTS.filter(({ id }) => id === 'question') : [];
  return [...kept, ...options, ...open].toSorted((one, other) => other.weight - one.weight);
}

const timesIn = (text: string): readonly string[] => [...new Set(text.match(TIME_WORDS))];

/** Which of the times in "Tuesday at ten, or Thursday at two?" was named; undefined when it was none or is not clear. */
function pickedOption(times: readonly string[], asked: string): string | undefined {
  const options = asked
    .split(/\bor\b|;/i)
    .map((part) => timesIn(normalise(part)))
    .filter((part) => part.length > 0);
  if (options.length < 2 || times.length === 0) return undefined;
  const fits = options.map((option) => times.every((time) => option.includes(time)));
  const index = fits.indexOf(true);
  return fits.filter(Boolean).length === 1 ? ['pick_first', 'pick_second', 'pick_third'][index] : undefined;
}

/** The choice whose description shares most words with what was heard; two at least. */
function mostAlike(choices: readonly Choice[], heard: string): string | undefined {
  const words = contentWords(heard);
  const scored = choices.map(({ value, when }) => {
    const about = contentWords(`${value.replaceAll('_', ' ')} ${when}`);
    return { value, shared: [...words].filter((word) => about.has(word)).length };
  });
  const best = scored.toSorted((one, other) => other.shared - one.shared)[0];
  return best !== undefined && best.shared >= 2 ? best.value : undefined;
}
