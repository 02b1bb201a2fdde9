/** Binds the `call` queue to one call from its claim to its end: dial rings, converse talks, write-back books. */
import type { ClaimDeps } from '../src/dial/claimDeps.ts';
import { claimCall } from '../src/dial/claimCall.ts';
import { endCall } from '../src/dial/endCall.ts';
import { type PlaceDeps, placeCall } from '../src/dial/placeCall.ts';
import type { E164 } from '../src/domain/call.ts';
import type { ConversationBrief, ConversationResult } from '../src/domain/conversation.ts';
import type { FrontDesk } from '../src/ports/frontDesk.ts';
import type { ConsumeOptions, Consumer, Queues } from '../src/ports/queues.ts';
import type { MediaLine } from '../src/ports/telephony.ts';
import { callingRules } from '../src/schedule/callingRules.ts';
import { bookAtTheDesk } from '../src/writeback/bookAtTheDesk.ts';
import type { WriteBackDeps } from '../src/writeback/deliverWriteBacks.ts';

/** A conversation whose lines are made ready while the phone rings. Dropping it ends that; after it was held there is nothing to drop. */
export interface ReadyConversation {
  hold(
    line: MediaLine,
  ): Promise<{ readonly result: ConversationResult; readonly recordingMs: number | null }>;
  drop(): void;
}

export interface CallWorkerDeps extends ConsumeOptions {
  readonly queues: Queues;
  readonly claim: Omit<ClaimDeps, 'rules'>;
  readonly place: PlaceDeps;
  readonly desk: WriteBackDeps;
  readonly prepare: (
    brief: ConversationBrief,
    phone: E164,
    desk: FrontDesk,
    signal: AbortSignal,
  ) => ReadyConversation;
}

export function consumeCalls({ queues, claim, place, desk, prepare, ...options }: CallWorkerDeps): Consumer {
  return queues.consume(
    'call',
    async ({ contact }, { signal }) => {
      const claimed = await claimCall({ ...claim, rules: callingRules }, contact);
      if (claimed.kind === 'again_in') return claimed;
      if (claimed.kind === 'over') return { kind: 'done' };
      const { call, brief, practice } = claimed;
      const conversation = prepare(brief, call.phone, bookAtTheDesk(desk, call.attempt), signal);
      try {
        const rung = await placeCall(place, call, practice.settings, signal);
        if (rung.kind !== 'line') return { kind: 'done' };
        await endCall(place, rung.line, await conversation.hold(rung.line).catch(() => null));
      } finally {
        conversation.drop();
      }
      return { kind: 'done' };
    },
    options,
  );
}
