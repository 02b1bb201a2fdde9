/** Questions that come up all the time, recognised by their words and answered from the place's own facts. */
import type { BriefedPlace } from '../../domain/conversation.ts';
import { normalise } from '../words.ts';

/** Which words ask for which fact; the keys are those of `BriefedPlace.facts`. */
const ASKS_FOR: readonly (readonly [RegExp, string])[] = [
  [/\bpark(?:ing)?\b/, 'parking'],
  [/\b(?:bring|wear|fasting|fast|eat|drink|prepare|preparation)\b/, 'bring'],
  [/\b(?:insurance|covered|coverage|co ?pay|in network)\b/, 'insurance'],
  [/\b(?:where|address|located|location|directions|get there|which office|what office)\b/, 'address'],
  [/\b(?:how long|early|arrive|check in)\b/, 'arrival'],
  [/\b(?:open|close|hours)\b/, 'hours'],
];

/** The place's answer, or null when it has none to such a question. */
export function answerFromFacts(question: string, place: BriefedPlace): string | null {
  const plain = normalise(question);
  const key = ASKS_FOR.find(([asks, fact]) => asks.test(plain) && place.facts[fact] !== undefined)?.[1];
  return key === undefined ? null : (place.facts[key] ?? null);
}
