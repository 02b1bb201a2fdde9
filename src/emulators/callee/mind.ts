import type { Chance } from './chance.ts';
import { agrees, type Choice, choicesIn, sayChoice } from './choices.ts';
import type { FullName, Resident } from './directory.ts';
import type { Persona, Rule, Step } from './persona.ts';
import { asksToRepeat, nameAskedFor, plainWords, type Question, questionIn } from './questions.ts';
import { sayDate, sayYear } from './spokenDate.ts';

/** A step with its words settled. */
export type Act = Exclude<Step, { readonly kind: 'say' }> | { readonly kind: 'say'; readonly text: string };

export interface Reply {
  /** What the far side was taken to ask. */
  readonly question: Question;
  readonly acts: readonly Act[];
}

/** A persona's own lines and the first of those that everyone has. */
const LIKELY_LINES = 12;

type Facts = Readonly<Record<string, string>>;

/** What a callee decides from the words heard; knows nothing of time or sound. */
export class Mind {
  private readonly persona: Persona;
  private readonly resident: Resident;
  private readonly facts: Facts;
  private readonly wording: ReadonlyMap<Step, string>;
  private readonly uses = new Map<Rule, number>();
  private chosen: Choice | undefined;
  /** How the chosen time is named. */
  private choice = 'That one';
  private asked: string | undefined;
  private last: Reply | undefined;
  private guesses = 0;

  /** `chance` settles which of several wordings this call uses. */
  constructor(persona: Persona, resident: Resident, chance: Chance) {
    this.persona = persona;
    this.resident = resident;
    this.facts = factsOf(persona, resident);
    const steps = persona.rules.flatMap((rule) => rule.steps);
    const settled = steps.flatMap((step) =>
      step.kind === 'say' ? [[step, pick(step.oneOf, chance)] as const] : [],
    );
    this.wording = new Map(settled);
  }

  /** What is likely to be said and known beforehand, likeliest first; the rest is made when it is needed. */
  get lines(): readonly string[] {
    const texts = [this.persona.opening, ...this.wording.values()].map((text) => this.fact(text));
    return [...new Set(texts.filter((text) => !text.includes('{')))].slice(0, LIKELY_LINES);
  }

  /** A text with what is known of the call filled in. */
  fact(text: string): string {
    return this.fill(text, this.facts);
  }

  /**
   * The answer to a finished turn of the far side; undefined when nothing is to be said. To a mere statement there is
   * an answer only after it has been quiet for longer, `waited`.
   */
  answer(text: string, waited: boolean): Reply | undefined {
    const question = this.understand(text);
    if (question === 'statement' && !waited) return undefined;
    if (asksToRepeat(text) && this.last !== undefined && ['repeat', this.last.question].includes(question)) {
      return this.last;
    }
    for (const meaning of [question, ...(BROADER[question] ?? [])]) {
      const rule = this.persona.rules.find((each) => !each.interrupts && this.applies(each, meaning, text));
      if (rule !== undefined) return this.use(rule, question, text);
    }
    return undefined;
  }

  /** What to burst out with at the words heard so far, while the far side still speaks. */
  interrupt(text: string): Reply | undefined {
    const rule = this.persona.rules.find((each) => each.interrupts && this.applies(each, undefined, text));
    return rule === undefined ? undefined : this.use(rule, 'statement', text);
  }

  /** The answer to speech of which not one word was understood; `known` when words of this voice were before. */
  answerToNoise(known: boolean): Reply | undefined {
    if (known) {
      const rule = this.persona.rules.find((each) => this.applies(each, 'garbled', ''));
      return rule === undefined ? undefined : this.use(rule, 'garbled', '');
    }
    const lines = this.persona.withoutWords;
    const line = lines[this.guesses];
    this.guesses += 1;
    if (line === undefined) return undefined;
    const acts: readonly Act[] = [{ kind: 'say', text: this.fact(line) }];
    const done = this.guesses === lines.length;
    return { question: 'garbled', acts: done ? [...acts, { kind: 'hang_up' }] : acts };
  }

  private understand(text: string): Question {
    const question = questionIn(text);
    const times = choicesIn(text);
    if (question === 'identity') return this.whoIsAskedFor(text);
    if ((question === 'which_time' || question === 'other_question') && times.length > 1) return 'options';
    const { chosen } = this;
    if (question !== 'read_back' || chosen === undefined || times.length === 0) return question;
    return times.some((time) => agrees(time, chosen)) ? 'read_back' : 'read_back_wrong';
  }

  private whoIsAskedFor(text: string): Question {
    this.asked = nameAskedFor(text);
    const asked = this.asked?.toLowerCase().split(' ') ?? [];
    const isAsked = (name: string): boolean => asked.includes(name.toLowerCase());
    const { name, household } = this.resident;
    if (asked.length === 0 || isAsked(name.given)) return 'identity';
    const member = household.find((each) => isAsked(each.name.given));
    if (member !== undefined) {
      this.asked = member.name.given;
      return member.relation === 'child' ? 'identity_child' : 'identity_partner';
    }
    return isAsked(name.family) && asked.length === 1 + Number(/^(mr|mrs|ms|dr)\.?$/.test(asked[0] ?? ''))
      ? 'identity'
      : 'identity_nobody';
  }

  private applies(rule: Rule, question: Question | undefined, text: string): boolean {
    return (
      (question === undefined || rule.on.includes(question)) &&
      (this.uses.get(rule) ?? 0) < rule.times &&
      !(rule.undecided && this.chosen !== undefined) &&
      (rule.hears === undefined || rule.hears.test(plainWords(text)))
    );
  }

  private use(rule: Rule, question: Question, text: string): Reply {
    this.uses.set(rule, (this.uses.get(rule) ?? 0) + 1);
    if (rule.choose !== undefined) {
      const offered = choicesIn(text);
      this.chosen = choose(offered, rule.choose, this.resident.wishes);
      this.choice = nameChoice(this.chosen, offered);
    }
    const facts = {
      ...this.facts,
      choice: this.choice,
      asked: this.asked ?? 'one by that name',
    };
    const acts = rule.steps.map((step): Act => {
      if (step.kind !== 'say') return step;
      return { kind: 'say', text: this.fill(this.wording.get(step) ?? '', facts) };
    });
    this.last = { question, acts };
    return this.last;
  }

  private fill(text: string, facts: Facts): string {
    return text.replace(/\{(\w+)\}/g, (hole, name: string) => facts[name] ?? hole);
  }
}

/** Where there is no rule for the special case, that for the common one is used. */
const BROADER: Partial<Readonly<Record<Question, readonly Question[]>>> = {
  identity_child: ['identity'],
  identity_partner: ['identity'],
  identity_nobody: ['identity'],
  read_back_wrong: ['read_back'],
  birth_year: ['birth_date'],
  take_message: ['statement'],
  transfer: ['statement'],
};

const pick = (texts: readonly string[], chance: Chance): string =>
  texts[Math.floor(chance.next() * texts.length)] ?? '';

function choose(
  offered: readonly Choice[],
  how: NonNullable<Rule['choose']>,
  wished: Resident['wishes'],
): Choice | undefined {
  if (how === 'first') return offered[0];
  const fitting = how === 'wished' ? offered.find(({ part }) => part === wished) : undefined;
  return fitting ?? offered.at(-1);
}

/** "Thursday at three", or "The second one" when that would fit the other one too. */
function nameChoice(chosen: Choice | undefined, offered: readonly Choice[]): string {
  if (chosen === undefined) return 'That one';
  const alike = offered.filter((other) => agrees(other, chosen)).length > 1;
  if (!alike) return sayChoice(chosen);
  return chosen === offered[0] ? 'The first one' : 'The second one';
}

const fullName = (name: FullName): string => `${name.given} ${name.family}`;

function factsOf(persona: Persona, resident: Resident): Facts {
  const speaker = speakerOf(persona, resident);
  const { birthDate, asks } = resident;
  return {
    name: fullName(speaker.name),
    given: speaker.name.given,
    patient: resident.name.given,
    partOfDay: resident.wishes ?? 'afternoon',
    question: persona.questions[asks ?? 'parking'] ?? Object.values(persona.questions)[0] ?? '',
    birthDate: birthDate === undefined ? "I'd rather not say" : sayDate(birthDate),
    birthYear: birthDate === undefined ? "I'd rather not say" : sayYear(Number(birthDate.slice(0, 4))),
  };
}

/** Who picks up: the patient, unless the persona is somebody else and the directory names that somebody. */
export function speakerOf(persona: Persona, resident: Resident): Pick<Resident, 'name' | 'speech'> {
  if (persona.speaker === 'patient') return resident;
  return resident[persona.speaker] ?? resident;
}
