/** An earlier opening, offered to one person of the waitlist: yes is read back and booked before anything old is released. */
import type { ConversationBrief, OfferDecision } from '../../domain/conversation.ts';
import * as say from './prompts.ts';
import { enter, factsFirst, miss, withBooking, withCallback } from './replies.ts';
import type { HeardTurn, ScriptState, ScriptStep } from './states.ts';

type OfferBrief = Extract<ConversationBrief, { script: 'offer' }>;

const withOffer = (state: ScriptState, offer: OfferDecision): ScriptState => ({
  ...state,
  ledger: { ...state.ledger, offer },
});

export function heardInOffer(state: ScriptState, turn: HeardTurn, brief: OfferBrief): ScriptStep {
  switch (turn.move) {
    case 'affirm':
      return turn.factsHeard
        ? enter(state, { at: 'offer_read_back' }, brief)
        : factsFirst(state, brief, turn.quote);
    case 'deny':
    case 'keep':
    case 'cancel':
    case 'thanks_or_goodbye':
      return enter(withOffer(state, { kind: 'declined' }), { at: 'closing' }, brief, [
        brief.offer.replaces === null
          ? 'No problem, you stay on our list.'
          : 'No problem, everything stays as it is.',
      ]);
    case 'request_alternative':
    case 'inform_time': {
      const wish = withCallback(withOffer(state, { kind: 'declined' }), 'reschedule', turn.quote);
      return enter(wish, { at: 'closing' }, brief, [
        'That is the only opening I have right now. The office will call you about other times.',
      ]);
    }
    default:
      return miss(state, brief, turn.quote);
  }
}

export function heardInOfferReadBack(state: ScriptState, turn: HeardTurn, brief: OfferBrief): ScriptStep {
  const { offer, opening } = brief.offer;
  switch (turn.move) {
    case 'affirm': {
      if (!turn.factsHeard) return factsFirst(state, brief, turn.quote);
      const promised = withOffer(state, { kind: 'accepted', booking: 'pending' });
      const step = enter(promised, { at: 'offer_booking' }, brief, [say.BOOKING_NOW]);
      return withBooking(step, { kind: 'offer', offer, to: opening });
    }
    case 'deny':
    case 'keep':
    case 'cancel':
    case 'request_alternative':
    case 'inform_time':
      return enter(withOffer(state, { kind: 'declined' }), { at: 'closing' }, brief, [
        "All right, I won't book it.",
      ]);
    default:
      return miss(state, brief, turn.quote);
  }
}

/** The truth about the booking. The old appointment is spoken of as released only once the new one stands. */
export function offerBooked(
  state: ScriptState,
  result: 'landed' | 'pending' | 'taken',
  brief: OfferBrief,
): ScriptStep {
  const { opening, replaces } = brief.offer;
  if (result === 'taken')
    return enter(withOffer(state, { kind: 'lost_slot' }), { at: 'closing' }, brief, [
      say.TAKEN,
      replaces === null ? 'You stay on our list.' : 'Your appointment stays as it was.',
    ]);
  const next = withOffer(state, { kind: 'accepted', booking: result });
  if (result === 'pending') return enter(next, { at: 'closing' }, brief, [say.promisedLine(brief, opening)]);
  return enter(next, { at: 'closing' }, brief, [
    say.bookedLine(brief, opening),
    ...(replaces === null ? [] : ['Your later appointment will be released.']),
  ]);
}
