/** Greetings of machines, known by what they say. Living people say some of it too, so one weak sign is not enough. */
import { normalise } from './words.ts';

const CERTAIN: readonly RegExp[] = [
  /\bleave (?:a|your|me a|us a) (?:brief |detailed |short )?(?:message|name and)/,
  /\b(?:after|at) the (?:tone|beep)\b/,
  /\brecord your (?:message|name)\b.*\b(?:tone|beep|finished)\b/,
  /\b(?:mailbox|voice mailbox|voicemail box) (?:is|of|for|belonging)\b/,
  /\bforwarded to (?:an )?(?:automat\w+ )?voice ?(?:mail|messag)/,
  /\bis not (?:available|able) to (?:take|answer) (?:your|the) call\b/,
  /\bplease (?:leave|record) (?:your|a) message\b/,
  /\bthe (?:person|party|subscriber|customer|number) you (?:are|have) (?:trying to reach|called|dialed)\b/,
];
const WEAK: readonly RegExp[] = [
  /\byou(?:'ve| have) reached\b/,
  /\bvoice ?mail\b/,
  /\b(?:i'm|i am|we're|we are) (?:not available|unavailable|unable|away)\b/,
  /\b(?:can't|cannot|can not|unable to) (?:come|get|take|answer|make it) (?:to |your )?(?:the )?(?:phone|call)\b/,
  /\b(?:i'll|i will|we'll|we will) (?:get back|call you back|return your call)\b/,
  /\bas soon as (?:i|we) can\b/,
  /\bsorry (?:i|we) missed (?:your|you)\b/,
];

/** True when the words are a machine's greeting. */
export function isVoicemail(text: string): boolean {
  const plain = normalise(text);
  // "Can I take a message?" and "you can leave a message with me" are people.
  if (/\b(?:with me|can i|may i|want me to|would you like|do you want to)\b.*\bmessage\b/.test(plain))
    return false;
  return CERTAIN.some((sign) => sign.test(plain)) || WEAK.filter((sign) => sign.test(plain)).length >= 2;
}
