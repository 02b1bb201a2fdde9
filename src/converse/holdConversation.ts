/** The stage's one verb: talk with whoever answers, and say what it came to. */
import type { ConversationBrief, ConversationResult } from '../domain/conversation.ts';
import { Conversation } from './conversation.ts';
import type { ConversationParts } from './conversationParts.ts';
import { CONVERSATION_LIMITS, type ConversationLimits } from './limits.ts';

/**
 * Holds one conversation on an open line and closes the line. Never rejects: whatever fails ends in a spoken recovery, a polite end or,
 * when nothing can be said any more, in a hang-up with a callback. Aborting `signal` ends the call politely within three seconds.
 * Decisions in the result were read back, played to their end, and agreed to.
 */
export function holdConversation(
  brief: ConversationBrief,
  parts: ConversationParts,
  signal: AbortSignal,
  limits: ConversationLimits = CONVERSATION_LIMITS,
): Promise<ConversationResult> {
  return new Conversation(brief, parts, limits).run(signal);
}
