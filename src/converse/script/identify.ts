/** Who is on the line: until that is known, nothing is said that only the patient may hear. */
import type { ConversationBrief } from '../../domain/conversation.ts';
import { normalise } from '../words.ts';
import { startAppointments } from './agenda.ts';
import * as say from './prompts.ts';
import { askAgain, callback, enter, farewell, HOLD_MS, miss, sayThenListen } from './replies.ts';
import type { HeardTurn, ScriptState, ScriptStep, Where } from './states.ts';

/** The first words of the agent: who calls, that it is recorded, and the question of who is there. */
export function greet(state: ScriptState, brief: ConversationBrief, person: number): ScriptStep {
  const where: Where = { at: 'identify', person };
  const next = { ...state, where, misses: 0, silences: 0 };
  return sayThenListen(next, [say.greeting(brief), ...say.ask(where, brief, 0)]);
}

export function heardInIdentify(
  state: ScriptState,
  where: Extract<Where, { at: 'identify' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  switch (turn.move) {
    case 'affirm':
      return verify(state, where.person, brief);
    case 'hello':
      return state.misses === 0
        ? askAgain({ ...state, misses: 1 }, brief, [], 0)
        : miss(state, brief, turn.quote);
    case 'deny':
    case 'third_party': {
      const other = namedIn(turn.quote, brief, where.person);
      if (other !== null) return enter(state, { at: 'identify', person: other }, brief);
      return turn.also.includes('not_here')
        ? takeMessage(state, where.person, brief, turn.quote)
        : enter(state, { at: 'reach', person: where.person }, brief);
    }
    case 'not_here':
      return takeMessage(state, where.person, brief, turn.quote);
    case 'question':
      return state.misses >= 2
        ? miss(state, brief, turn.quote)
        : askAgain({ ...state, misses: state.misses + 1 }, brief, [say.whoIsCalling(brief)], 1);
    default:
      return miss(state, brief, turn.quote);
  }
}

export function heardInReach(
  state: ScriptState,
  where: Extract<Where, { at: 'reach' | 'next_person' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  switch (turn.move) {
    case 'affirm': {
      // "Speaking" and "this is she" answer the question whether she is there.
      if (/\b(?:speaking|this is (?:she|he|me)|that's me)\b/.test(normalise(turn.quote)))
        return enter(state, { at: 'identify', person: where.person }, brief);
      return waitFor(state, where.person);
    }
    case 'deny':
    case 'not_here':
    case 'third_party':
      return takeMessage(state, where.person, brief, turn.quote);
    case 'question':
      return state.misses >= 2
        ? miss(state, brief, turn.quote)
        : askAgain({ ...state, misses: state.misses + 1 }, brief, [say.whoIsCalling(brief)], 1);
    default:
      return miss(state, brief, turn.quote);
  }
}

/** The phone is being passed on: whoever speaks next is greeted anew. */
export const waitFor = (state: ScriptState, person: number): ScriptStep =>
  sayThenListen(
    {
      ...state,
      where: { at: 'holding', back: { at: 'identify', person }, checkIns: 0 },
      misses: 0,
      silences: 0,
    },
    [{ text: say.I_WILL_WAIT }],
    HOLD_MS,
  );

function verify(state: ScriptState, person: number, brief: ConversationBrief): ScriptStep {
  const known = {
    ...state,
    ledger: { ...state.ledger, verified: [...new Set([...state.ledger.verified, person])] },
  };
  if (brief.script === 'offer') return enter(known, { at: 'offer' }, brief);
  return startAppointments(known, person, brief);
}

/** Someone else took the call: a neutral message, nothing more. */
function takeMessage(
  state: ScriptState,
  person: number,
  brief: ConversationBrief,
  quote: string,
): ScriptStep {
  const message = say.neutralMessage(brief, say.personOf(brief, person));
  return farewell(state, message.text, {
    overall: state.ledger.overall ?? (state.ledger.decisions.length > 0 ? null : 'third_party_message_taken'),
    callback: callback(state.ledger, 'third_party', quote),
  });
}

/** The index of another briefed person whose name was said: "this is her husband, Sam". */
function namedIn(quote: string, brief: ConversationBrief, asked: number): number | null {
  const plain = ` ${normalise(quote)} `;
  const found = say.peopleOf(brief).findIndex((person, index) => {
    const name = normalise(say.askFor(person));
    const first = name.split(' ')[0] ?? name;
    return (
      index !== asked &&
      name !== normalise(say.askFor(say.personOf(brief, asked))) &&
      plain.includes(` ${first} `)
    );
  });
  return found < 0 ? null : found;
}
