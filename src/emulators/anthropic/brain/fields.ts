/** Fills a tool's input from the conversation, field by field, by what the schema says about each. */
import { isObject, type JsonObject, stringOf } from '../../wire/json.ts';
import { answerFrom, CALL_BACK } from './answers.ts';
import { type Choice, choose, chooseLiteral, meant } from './choose.ts';
import type { Conversation } from './conversation.ts';
import { normalise } from './words.ts';

/** The input for an object schema: every required field, and those optional ones that the caller's words have something for. */
export function fillObject(schema: JsonObject, conversation: Conversation): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const main = mainEnum(properties);
  const filled: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const value =
      name === main ? choose(choicesOf(property), conversation) : fillField(name, property, conversation);
    if (value !== undefined) filled[name] = value;
    else if (required.includes(name)) filled[name] = emptyOf(property);
  }
  return filled;
}

/** The enum that says what the caller's turn was: by its name, or else the one with most values. */
function mainEnum(properties: JsonObject): string | undefined {
  const enums = Object.entries(properties).filter(([, property]) => enumOf(property).length > 0);
  const named = enums.find(([name]) =>
    /^(?:move|intent|act|action|meaning|outcome|decision|answer_kind)$/.test(name),
  );
  const largest = enums.toSorted(([, one], [, other]) => enumOf(other).length - enumOf(one).length)[0];
  return (named ?? largest)?.[0];
}

function enumOf(property: unknown): readonly string[] {
  const values: readonly unknown[] =
    isObject(property) && Array.isArray(property['enum']) ? property['enum'] : [];
  return values.flatMap((value) => stringOf(value) ?? []);
}

/** Enum values with the lines "value: when it is meant" of the description. */
function choicesOf(property: JsonObject): readonly Choice[] {
  const description = stringOf(property['description']) ?? '';
  return enumOf(property).map((value) => {
    const line = description.split(/\n|;\s/).find((one) =>
      one
        .trim()
        .replace(/^[-*"'`\s]+/, '')
        .startsWith(value),
    );
    return { value, when: line?.slice(line.indexOf(value) + value.length) ?? '' };
  });
}

const typesOf = (property: JsonObject): readonly unknown[] => {
  const { type } = property;
  return Array.isArray(type) ? type : [type];
};

/** Whether a field may be left unsaid with null. */
function isNullable(property: JsonObject): boolean {
  const alternatives: readonly unknown[] = Array.isArray(property['anyOf']) ? property['anyOf'] : [];
  return (
    typesOf(property).includes('null') || alternatives.some((one) => isObject(one) && one['type'] === 'null')
  );
}

function fillField(name: string, property: JsonObject, conversation: Conversation): unknown {
  const alternatives: readonly unknown[] = Array.isArray(property['anyOf']) ? property['anyOf'] : [];
  const first = alternatives.find((one) => isObject(one) && one['type'] !== 'null');
  if (isObject(first))
    return fillField(name, { ...first, description: property['description'] }, conversation);
  if (Object.hasOwn(property, 'const')) return property['const'];
  if (enumOf(property).length > 0) return chooseLiteral(enumOf(property), conversation);
  const types = typesOf(property);
  if (types.includes('string')) return textFor(name, property, conversation);
  if (types.includes('object')) return fillObject(property, conversation);
  if (types.includes('boolean')) return /question/.test(name) ? isQuestion(conversation.heard) : undefined;
  if (types.includes('number')) return /confidence|certain|sure/.test(name) ? 0.9 : undefined;
  return undefined;
}

/** What goes where a field is required and there is nothing to say. */
function emptyOf(property: JsonObject): unknown {
  if (isNullable(property)) return null;
  const values = enumOf(property);
  const none = values.find((value) =>
    /^(?:none|other|unknown|unclear|any|not_said|unspecified)$/.test(value),
  );
  if (values.length > 0) return none ?? values[0];
  const types = typesOf(property);
  if (types.includes('string')) return '';
  if (types.includes('boolean')) return false;
  if (types.includes('array')) return [];
  return types.includes('integer') || types.includes('number') ? 0 : {};
}

const TIME_PHRASE =
  /\b(?:(?:on|next|this|after|before|around|at|in the|any|early|late|later|the week of|sometime|something) )*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|mornings?|afternoons?|evenings?|noon|weekends?|weekdays?|(?:next|that|this) week|(?:january|february|march|april|may|june|july|august|september|october|november|december)\b(?: \w+)?|(?:at|after|before|around) (?:\w+)(?: (?:thirty|fifteen|forty five|o'clock))?|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})(?: (?:thirty|fifteen|forty five|o'clock|\d\d))?(?: ?[ap]\.? ?m\b\.?)|(?:earlier|later|sooner))\b/gi;
const TIME_WORD =
  /day\b|tomorrow|morning|afternoon|evening|noon|week|earlier|later|sooner|o'clock|[ap]\.? ?m\b|\b(?:at|after|before|around) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d)|january|february|march|april|june|july|august|september|october|november|december/i;
const NAMED =
  /\b(?:this is|my name is|i'm|i am|it's) ((?:(?!speaking|not|the|a|an|his|her|sorry|here|back|good|fine|just|on)[\p{L}'-]+)(?: [\p{Lu}][\p{L}'-]+)?)/iu;
const RELATED =
  /\b(?:(?:i'm|i am|this is) )?((?:his|her|their|the \w+'s) (?:wife|husband|son|daughter|mom|mother|dad|father|partner|roommate|caregiver|parent))/i;
const BECAUSE = /\b(?:because|since|as) (.+?)(?:[.!?]|$)/i;

/** The text for a named field, in the caller's own words; undefined when they said nothing of the kind. */
function textFor(name: string, property: JsonObject, conversation: Conversation): string | undefined {
  const heard = meant(conversation.heard);
  const about = `${name} ${stringOf(property['description']) ?? ''}`.toLowerCase();
  if (/^(?:answer|reply|response|say)/.test(name)) {
    if (!isQuestion(heard)) return undefined;
    return answerFrom(conversation.system, heard) ?? (isNullable(property) ? undefined : CALL_BACK);
  }
  if (/^(?:quote|words|verbatim|heard|said|utterance|evidence)/.test(name))
    return heard === '' ? undefined : heard;
  if (/question/.test(name)) return heard.split(/(?<=[.!?])\s+/).find(isQuestion);
  if (/relation/.test(about)) return RELATED.exec(heard)?.[1];
  if (/reason|because|why/.test(name)) return BECAUSE.exec(heard)?.[1];
  if (/name|who/.test(name)) return NAMED.exec(heard)?.[1];
  if (/prefer|wish|when|time|day|date/.test(about)) return timePhrase(heard);
  return undefined;
}

/** Everything from the first to the last mention of a time, as it was said. */
function timePhrase(heard: string): string | undefined {
  const found = [...heard.matchAll(TIME_PHRASE)].filter(([phrase]) => TIME_WORD.test(phrase));
  const first = found[0];
  const last = found.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return heard.slice(first.index, last.index + last[0].length).trim();
}

const ASKS =
  /(?:^|\b(?:and|but|also|so|yes|okay|question) )(?:what|where|when|how|why|who|which|do (?:i|you|we|they)|does|is (?:there|it|this|that)|are (?:there|you)|can (?:i|you|we)|could (?:i|you)|should i|will (?:i|it|there|you))\b|\bdo i need\b|\bi was wondering\b/;

function isQuestion(heard: string): boolean {
  return heard.includes('?') || ASKS.test(normalise(heard));
}
