/** What a turn means, by two layers behind one function: the rules where they are sure, the model for the rest, a question when neither is. */
import type { ConversationBrief } from '../domain/conversation.ts';
import type { Instant } from '../domain/time.ts';
import type { LanguageModel, ModelFailure, Understanding } from '../ports/languageModel.ts';
import { type Heard, hear } from './hear.ts';
import { MOVES, type Move } from './moves.ts';
import { answerFromFacts } from './script/facts.ts';
import { movesAt, requestFor } from './script/meanings.ts';
import { appointmentOf } from './script/prompts.ts';
import { expectsAt } from './script/replies.ts';
import type { HeardTurn, Where } from './script/states.ts';
import { hearTimes } from './times.ts';

/** A turn's meaning without what only playback knows. */
type Meaning = Omit<HeardTurn, 'factsHeard'>;

export type Understood =
  | { readonly by: 'rules' | 'model'; readonly meaning: Meaning }
  /** Nobody could tell in time: the script asks again. */
  | { readonly by: 'fallback'; readonly quote: string; readonly failure: ModelFailure['kind'] | null };

export interface UnderstandContext {
  readonly where: Where;
  readonly brief: ConversationBrief;
  /** What the agent asked, as far as it was heard. */
  readonly asked: string;
}

/** The rules alone: an answer at once, or null when they are not sure. */
export function understandByRules(quote: string, context: UnderstandContext): Understood | null {
  const heard = byRules(quote, context);
  if (!heard.sure) return null;
  const asksFact = heard.move === 'question' || heard.also.includes('question');
  const answer = asksFact ? answerFromFacts(quote, context.brief.place) : null;
  // A question that no fact answers may still be phrased in words the model understands.
  if (heard.move === 'question' && answer === null) return null;
  return { by: 'rules', meaning: { move: heard.move, also: heard.also, time: heard.time, answer, quote } };
}

/** Rules, then the model within its deadline, then a clarifying question. Never throws; `signal` ends the spending at the provider. */
export async function understand(
  quote: string,
  context: UnderstandContext,
  model: LanguageModel,
  limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<Understood> {
  const known = understandByRules(quote, context);
  if (known !== null) return known;
  const reply = await model.understand(
    requestFor(context.where, context.brief.place, context.asked, quote),
    limits,
  );
  if (!reply.ok) return withoutModel(quote, context, reply.error.kind);
  return fromModel(quote, context, reply.value);
}

/** The model's word counts only inside the rails: an allowed move, times read by code, a short answer. */
function fromModel(quote: string, context: UnderstandContext, said: Understanding): Understood {
  const move = MOVES.find((known) => known === said.move);
  if (move === undefined || !allowed(move, context.where)) return withoutModel(quote, context, 'malformed');
  if (move === 'other') return { by: 'fallback', quote, failure: null };
  const when = said.slots['when'] ?? '';
  const time = hearTimes(when === '' ? quote : when, when !== '') ?? null;
  const answer = move === 'question' ? shortAnswer(said.answer) : null;
  return { by: 'model', meaning: { move, also: [], time, answer, quote } };
}

const allowed = (move: Move, where: Where): boolean => movesAt(where).includes(move);

const ANSWER_LENGTH_MAX = 240;

/** At most two sentences that can be said in a breath; anything longer is no answer. */
function shortAnswer(answer: string | null): string | null {
  const text = answer?.trim() ?? '';
  const sentences = text.split(/(?<=[.!?])\s+/).filter((sentence) => sentence !== '');
  return text === '' || text.length > ANSWER_LENGTH_MAX || sentences.length > 2 ? null : text;
}

/** What the rules heard without being sure is still worth acting on when it is only a question or a wish to wait. */
function withoutModel(quote: string, context: UnderstandContext, failure: ModelFailure['kind']): Understood {
  const heard = byRules(quote, context);
  if (heard.move === 'question' && heard.sure)
    return {
      by: 'rules',
      meaning: { move: 'question', also: heard.also, time: heard.time, answer: null, quote },
    };
  return { by: 'fallback', quote, failure };
}

const byRules = (quote: string, { where, brief, asked }: UnderstandContext): Heard =>
  hear(quote, {
    agent: asked,
    expects: expectsAt(where),
    now: brief.now,
    zone: brief.place.zone,
    about: timesOnTable(where, brief),
  });

/** The times that the state's question is about: a yes that names another is a wish, not a yes. */
function timesOnTable(where: Where, brief: ConversationBrief): readonly Instant[] {
  switch (where.at) {
    case 'propose':
      return where.options.map((option) => option.start);
    case 'read_back':
      return [where.to.start];
    case 'appointment':
    case 'cancel_check':
    case 'another_time':
      return [appointmentOf(brief, where).start];
    case 'offer':
    case 'offer_read_back':
      return brief.script === 'offer' ? [brief.offer.opening.start] : [];
    default:
      return [];
  }
}
