/** Another time: propose two real openings, hear which or what instead, read back, book. */
import type { ConversationBrief, Opening } from '../../domain/conversation.ts';
import type { Instant } from '../../domain/time.ts';
import { fitsWish } from '../fitsWish.ts';
import type { TimeWish } from '../times.ts';
import { toNext } from './agenda.ts';
import * as say from './prompts.ts';
import { askAgain, enter, factsFirst, miss, withBooking, withCallback, withDecision } from './replies.ts';
import type { HeardTurn, ScriptState, ScriptStep, Subject, Where } from './states.ts';

/** After so many rounds of proposals a person can do better. */
const ROUNDS_MAX = 5;

/** Proposes up to two openings that meet the wish, or the nearest others when none does. */
export function propose(
  state: ScriptState,
  subject: Subject,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const { openings, start } = say.appointmentOf(brief, subject);
  const left = openings.filter((opening) => !state.refused.includes(opening.slot));
  if (left.length === 0 || state.rounds >= ROUNDS_MAX) return giveToOffice(state, subject, turn, brief);
  const wished =
    turn.time === null ? left : left.filter((o) => fits(turn.time, o, tableOf(state, start), brief));
  const options = spread(wished.length > 0 ? wished : left);
  const before = wished.length === 0 ? ["I don't see anything like that."] : [];
  const where: Where = { person: subject.person, appointment: subject.appointment, at: 'propose', options };
  return enter({ ...state, rounds: state.rounds + 1 }, where, brief, before);
}

/** What "later" and "earlier" are measured from: the options just named, or the appointment itself. */
const tableOf = (state: ScriptState, start: Instant): readonly Instant[] =>
  state.where.at === 'propose' ? state.where.options.map((o) => o.start) : [start];

const fits = (
  wish: TimeWish | null,
  opening: Opening,
  about: readonly Instant[],
  brief: ConversationBrief,
): boolean =>
  wish === null || fitsWish(wish, opening.start, { now: brief.now, zone: brief.place.zone, about });

/** The soonest, and one that differs from it by more than an hour or two if there is any: two neighbours are no choice. */
function spread(openings: readonly Opening[]): readonly Opening[] {
  const [first, ...rest] = openings;
  if (first === undefined) return [];
  const second = rest.find((o) => o.start - first.start >= 3 * 3_600_000) ?? rest[0];
  return second === undefined ? [first] : [first, second];
}

export function heardInPropose(
  state: ScriptState,
  where: Extract<Where, { at: 'propose' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const [first, second] = where.options;
  const refuse = (): ScriptState => ({
    ...state,
    refused: [...state.refused, ...where.options.map((o) => o.slot)],
  });
  const named =
    turn.time === null ? [] : where.options.filter((o) => fits({ ...turn.time!, shift: null }, o, [], brief));
  const take = (to: Opening): ScriptStep => enter(state, { ...subjectOf(where), at: 'read_back', to }, brief);
  switch (turn.move) {
    case 'choose_first':
      return first === undefined ? miss(state, brief, turn.quote) : take(first);
    case 'choose_second':
      return second === undefined ? miss(state, brief, turn.quote) : take(second);
    case 'affirm':
    case 'inform_time': {
      const [only, another] = named;
      if (only !== undefined && another === undefined) return take(only);
      if (turn.move === 'inform_time' && turn.time !== null && only === undefined)
        return propose(refuse(), where, turn, brief);
      if (turn.move === 'affirm' && first !== undefined && second === undefined) return take(first);
      return state.misses >= 2
        ? miss(state, brief, turn.quote)
        : askAgain({ ...state, misses: state.misses + 1 }, brief, [], 1);
    }
    case 'request_alternative':
      return turn.time === null
        ? enter(refuse(), { ...subjectOf(where), at: 'which_time' }, brief)
        : propose(refuse(), where, turn, brief);
    case 'deny':
      return turn.time === null
        ? enter(refuse(), { ...subjectOf(where), at: 'which_time' }, brief)
        : propose(refuse(), where, turn, brief);
    case 'keep':
      return enter(state, { ...subjectOf(where), at: 'appointment' }, brief);
    case 'cancel':
      return enter(
        { ...state, rounds: Math.max(1, state.rounds) },
        { ...subjectOf(where), at: 'cancel_check' },
        brief,
      );
    default:
      return miss(state, brief, turn.quote);
  }
}

export function heardInWhichTime(
  state: ScriptState,
  where: Extract<Where, { at: 'which_time' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  if (turn.move === 'cancel')
    return enter(
      { ...state, rounds: Math.max(1, state.rounds) },
      { ...subjectOf(where), at: 'cancel_check' },
      brief,
    );
  if (turn.move === 'keep') return enter(state, { ...subjectOf(where), at: 'appointment' }, brief);
  if (turn.move === 'deny' && turn.time === null) return giveToOffice(state, where, turn, brief);
  if (turn.time !== null)
    return propose(
      { ...state, refused: relevantRefusals(state, turn.time, where, brief) },
      where,
      turn,
      brief,
    );
  // "Anything", "whatever you have": the soonest that are left.
  if (turn.move === 'request_alternative' || turn.move === 'affirm')
    return propose(state, where, turn, brief);
  return miss(state, brief, turn.quote);
}

/** A time that was declined as one of two and is then asked for by name is wanted after all. */
const relevantRefusals = (state: ScriptState, wish: TimeWish, subject: Subject, brief: ConversationBrief) => {
  const { openings } = say.appointmentOf(brief, subject);
  if (wish.at === null) return state.refused;
  return state.refused.filter((slot) => !openings.some((o) => o.slot === slot && fits(wish, o, [], brief)));
};

export function heardInReadBack(
  state: ScriptState,
  where: Extract<Where, { at: 'read_back' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const { appointment } = say.appointmentOf(brief, where);
  const refuse = (): ScriptState => ({ ...state, refused: [...state.refused, where.to.slot] });
  switch (turn.move) {
    case 'affirm': {
      if (!turn.factsHeard) return factsFirst(state, brief, turn.quote);
      // From here on the booking goes its way even if the line drops: a promise until it is known to have landed.
      const promised = withDecision(state, appointment, {
        kind: 'rescheduled',
        to: where.to,
        booking: 'pending',
      });
      const step = enter(promised, { ...subjectOf(where), at: 'booking', to: where.to }, brief, [
        say.BOOKING_NOW,
      ]);
      return withBooking(step, { kind: 'move', appointment, to: where.to });
    }
    case 'deny':
      return turn.time === null
        ? enter(refuse(), { ...subjectOf(where), at: 'which_time' }, brief)
        : propose(refuse(), where, turn, brief);
    case 'request_alternative':
    case 'inform_time':
      return propose(refuse(), where, turn, brief);
    case 'keep':
      return enter(state, { ...subjectOf(where), at: 'appointment' }, brief);
    case 'cancel':
      return enter(
        { ...state, rounds: Math.max(1, state.rounds) },
        { ...subjectOf(where), at: 'cancel_check' },
        brief,
      );
    default:
      return miss(state, brief, turn.quote);
  }
}

/** The truth about the booking, as soon as it is known. */
export function booked(
  state: ScriptState,
  where: Extract<Where, { at: 'booking' }>,
  result: 'landed' | 'pending' | 'taken',
  brief: ConversationBrief,
): ScriptStep {
  const { appointment } = say.appointmentOf(brief, where);
  if (result === 'taken') {
    const lost = withDecision(state, appointment, {
      kind: 'reschedule_requested',
      wish: say.bookedLine(brief, where.to),
    });
    const refused = { ...lost, refused: [...lost.refused, where.to.slot] };
    const [next, reply] = propose(refused, where, NO_WISH, brief);
    return [next, { ...reply, say: [{ text: say.TAKEN }, ...reply.say] }];
  }
  const settled = withDecision(state, appointment, { kind: 'rescheduled', to: where.to, booking: result });
  return toNext(settled, where, brief, [
    result === 'landed' ? say.bookedLine(brief, where.to) : say.promisedLine(brief, where.to),
  ]);
}

const NO_WISH: HeardTurn = {
  move: 'request_alternative',
  also: [],
  time: null,
  answer: null,
  quote: '',
  factsHeard: false,
};

function giveToOffice(
  state: ScriptState,
  subject: Subject,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const { appointment } = say.appointmentOf(brief, subject);
  const kept = state.ledger.decisions.find((d) => d.appointment === appointment);
  const wish: ScriptState =
    kept?.decision.kind === 'cancelled'
      ? state
      : withDecision(state, appointment, { kind: 'reschedule_requested', wish: turn.quote });
  return toNext(withCallback(wish, 'reschedule', turn.quote), subject, brief, [
    "I don't have another time that fits. The office will call you with more.",
  ]);
}

const subjectOf = ({ person, appointment }: Subject): Subject => ({ person, appointment });
