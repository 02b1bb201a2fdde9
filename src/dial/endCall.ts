/** Closes the books on a call that was answered: its one disposition, the conversation's result, and the line given back. */
import type { ConversationResult } from '../domain/conversation.ts';
import type { MediaLine } from '../ports/telephony.ts';
import { dispositionOf } from './answeredBy.ts';
import type { PlaceDeps } from './placeCall.ts';

/**
 * @param held null when the conversation broke off without a result: the call is hung up, and the outcome stage hands it to a person.
 */
export async function endCall(
  { store, telephony, clock, log }: Pick<PlaceDeps, 'store' | 'telephony' | 'clock' | 'log'>,
  line: Pick<MediaLine, 'attempt' | 'sid'>,
  held: { readonly result: ConversationResult; readonly recordingMs: number | null } | null,
): Promise<void> {
  const { attempt, sid } = line;
  if (held === null) {
    log.error('job.failed', { attempt, code: 'conversation' });
    await telephony.end(sid);
  }
  const result = held?.result ?? null;
  const disposition = dispositionOf({ progress: { status: 'answered' }, answeredBy: null, result });
  await store.calls.end(attempt, {
    at: clock.now(),
    disposition,
    result,
    recordingMs: held?.recordingMs ?? null,
  });
  log.info('call.ended', { attempt, code: disposition });
}
