/** What a conversation amounted to: the script's ledger and the call's own facts, as the outcome stage reads them. */
import type { TranscriptLine, TurnLatency } from '../domain/call.ts';
import type { ConversationBrief, ConversationResult } from '../domain/conversation.ts';
import type { OutcomeKind } from '../domain/disposition.ts';
import { peopleOf } from './script/prompts.ts';
import type { Ledger } from './script/states.ts';

export interface CallFacts {
  readonly transcript: readonly TranscriptLine[];
  readonly latencies: readonly TurnLatency[];
  readonly path: readonly string[];
  readonly endedBy: ConversationResult['endedBy'];
  readonly durationMs: number;
}

export function resultOf(ledger: Ledger, brief: ConversationBrief, facts: CallFacts): ConversationResult {
  const verified = ledger.verified.length > 0;
  const covered = brief.script === 'confirm' ? peopleOf(brief).flatMap((person) => person.appointments) : [];
  const decisions = covered.map(
    ({ appointment }) =>
      ledger.decisions.find((d) => d.appointment === appointment) ?? {
        appointment,
        decision: { kind: 'no_decision' as const },
      },
  );
  const offer = brief.script === 'offer' ? (ledger.offer ?? { kind: 'no_decision' as const }) : null;
  const decided = ledger.decisions.length > 0 || ledger.offer !== null;
  return {
    reached: ledger.machine ?? (ledger.human ? 'human' : 'nobody'),
    answeredBy: ledger.answeredBy,
    verified,
    decisions,
    offer,
    overall: ledger.overall ?? (decided ? null : undecided(ledger, facts.endedBy)),
    callback: ledger.callback,
    ...facts,
  };
}

const undecided = (ledger: Ledger, endedBy: ConversationResult['endedBy']): OutcomeKind =>
  ledger.human && ledger.machine === null && endedBy === 'callee' ? 'hung_up_early' : 'no_decision';
