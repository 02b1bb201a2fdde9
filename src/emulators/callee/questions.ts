/** What the far side may want of a callee, each with the words by which it is recognised (lower case, no punctuation). */
const PATTERNS = {
  identity:
    /\b(?:am i|are we) (?:speaking|talking) (?:with|to)|\bis this (?!right|correct|okay|a )\w+|\b(?:may|can|could) (?:i|we) (?:please )?speak (?:with|to)|\bis \w+(?: \w+)? (?:there|available|home)|\b(?:trying to|like to|to) reach\b|\bspeaking with (?:the )?(?:parent|guardian)|\bright person\b.*\bare you \w+(?: \w+)?|\bcan \w+ come to the phone/g,
  birth_date: /\bdate of birth|\bbirth ?(?:date|day)|\bwhen were you born/g,
  birth_year: /\byear (?:of birth|were you born|you were born)|\bborn in\b/g,
  appointment:
    /\bwill you be (?:there|able|coming|joining)|\b(?:does|do|will) (?:that|it|this|they|those)(?: time)? (?:still )?work\b|\bcan you (?:still )?(?:make it|come)|\bare you (?:still )?(?:able|coming|planning)|\bstill (?:work|works|good|coming|planning|able|on for)|\bcan (?:we|i) (?:expect|confirm)|\bwould you like to (?:keep|confirm)|\bkeep (?:it|that|this|your|the)\b(?: move it or cancel it)?|\bconfirm(?:ing)? (?:your|this|that|the) (?:appointment|visit|cleaning|\w+ appointment)/g,
  options:
    /\b(?:i|we) (?:can|could|do) (?:also )?(?:offer|have)|\bi have (?:an opening|openings|\w+day)|\bwhich (?:one |of |time |day (?!of )|would |works |do |suits )|\b(?:the )?first(?: or)? the second\b|\bhow about|\b(?:would|does|will|is) \w+day\b|\bwould (?:that|this|it) (?:work|suit)|\bwhat about|\bwould (?:either|any|one) of|\b(?:does|do|would|will) (?:either|any|one)(?: of \w+)? (?:work|suit)|\bthere(?: i|')s (?:also )?\w+day/g,
  which_time:
    /\bwhat (?:other )?(?:days?|times?|part of the day)\b|\bwhat would suit\b|\bwhich day of\b|\bwhen (?:would|works|suits|could|can|is)|\b(?:another|different|new|better) (?:day|time|appointment|date)|\b(?:would|do) you (?:like|want) (?:me )?to (?:move|reschedule|find|look)|\bmorning or(?: the)? afternoon/g,
  cancel:
    /\b(?:shall|should|do you want me to|would you like me to|do you want to|would you like to) (?:i )?(?:just )?(?:go ahead and )?cancel|\b(?:you want|you would like|you'd like) (?:me )?to cancel|\bwant it cancell?ed/g,
  earlier:
    /\b(?:would you like|do you want|are you able|can you|would you be able|are you interested|interested in) (?:to )?(?:take|taking|have|move into|that|this|it|the)\b|\btake (?:it|that|this)(?: one| time| opening)?\b|\b(?:earlier|sooner) (?:opening|time|appointment|slot|visit)\b|\bopening (?:is |on|for|at|this|tomorrow|today)\b|\bbook it for you/g,
  read_back:
    /\bis (?:that|this) (?:right|correct|okay|all right|good)|\b(?:did|do) i (?:get|have|hear) that\b|\bhave i got that|\bdoes that sound (?:right|good|okay)|\bshall i (?:book|go ahead|move|put|confirm)|\bshould i (?:book|go ahead|move|put|confirm)|\bi(?: have|'ve) got that/g,
  transfer:
    /\b(?:transfer(?:ring)?|connect(?:ing)?|put(?:ting)?) you\b|\b(?:someone|somebody|a person|a colleague|the office|our (?:office|staff|team)|they)(?: \w+)* (?:will|to|can) (?:call|ring|phone|reach)|\bcall(?:ing)? you (?:right )?back\b/g,
  take_message:
    /\b(?:could|can|would|will) you (?:please )?(?:ask|tell|let|have) (?:him|her|them|\w+)\b|\bleave (?:a|this) message|\bpass (?:on|this|that)|\bgood time to (?:reach|call)|\bcall us back|\bwhen (?:will|would|could) (?:he|she|they|\w+) be/g,
  anything_else: /\banything else|\bany other questions?|\bhelp you with anything/g,
  goodbye:
    /\bgood ?bye\b|\bbye\b|\bhave a (?:good|great|nice|lovely|wonderful|pleasant)\b|\btake care\b|\bsee you (?:then|soon)\b/g,
  still_there:
    /\bare you (?:still )?there\b|\bcan you hear me|\bstill with (?:me|us)\b|\bhello hello|^hello$/g,
  repeat:
    /\b(?:could|can|would) you (?:please )?(?:say|repeat)|\b(?:did not|didn't|couldn't|could not) (?:quite )?(?:catch|hear|understand|get)|\bsay (?:that|it) again|\bone more time|\bpardon\b|\bthe line is (?:not|bad)/g,
} as const satisfies Readonly<Record<string, RegExp>>;

/** What a persona's rule can be about. The last ones are not recognised by words of their own. */
export const QUESTIONS = [
  'identity',
  'birth_date',
  'birth_year',
  'appointment',
  'options',
  'which_time',
  'cancel',
  'earlier',
  'read_back',
  'transfer',
  'take_message',
  'anything_else',
  'goodbye',
  'still_there',
  'repeat',
  // Who is asked for is somebody else: a child or the partner of the one who answers, or a name nobody here has.
  'identity_child',
  'identity_partner',
  'identity_nobody',
  // The read-back is not what was agreed.
  'read_back_wrong',
  // A question of another kind; a statement that asks nothing; speech without one word that could be made out.
  'other_question',
  'statement',
  'garbled',
] as const;

export type Question = (typeof QUESTIONS)[number];

/** A sentence as the patterns have it: lower case, letters, digits and apostrophes only. */
export const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9':]+/g, ' ')
    .trim();

/**
 * What a turn asks for: of all that it mentions, that which comes last, because people (and agents) end with their question.
 * A turn that mentions nothing known is a question when it ends as one.
 */
export function questionIn(text: string): Question {
  const plain = plainWords(text);
  let question: Question = text.trim().endsWith('?') ? 'other_question' : 'statement';
  let latest = -1;
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    for (const match of plain.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (end <= latest) continue;
      latest = end;
      question = QUESTIONS.find((known) => known === name) ?? question;
    }
  }
  return question;
}

/** Whether a turn says, among other things, that the callee was not understood. */
export const asksToRepeat = (text: string): boolean => plainWords(text).search(PATTERNS.repeat) >= 0;

const CALLED =
  /(?:speaking|talking|speak|talk) (?:with|to) |[Ii]s this |to reach |[Ll]ooking for |[Aa]re you (?=[A-Z])|[Cc]an (?=[A-Z][\w'-]+ come)|(?<![Tt]his )[Ii]s (?=[A-Z])/g;

/** The name that somebody is asked for by: the last capitalised words after "speaking with" and the like. */
export function nameAskedFor(text: string): string | undefined {
  let name: string | undefined;
  for (const match of text.matchAll(CALLED)) {
    const after = text.slice(match.index + match[0].length);
    name = /^(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][\w'-]+(?: [A-Z][\w'-]+)*/.exec(after)?.[0] ?? name;
  }
  return name;
}
