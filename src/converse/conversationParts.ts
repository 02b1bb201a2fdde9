/** What a conversation needs of the world. */
import type { CallJournal } from '../ports/callJournal.ts';
import type { Clock } from '../ports/clock.ts';
import type { FrontDesk } from '../ports/frontDesk.ts';
import type { LanguageModel } from '../ports/languageModel.ts';
import type { Log } from '../ports/log.ts';
import type { Recordings } from '../ports/recordings.ts';
import type { Transcriber, Voice } from '../ports/speech.ts';
import type { MediaLine } from '../ports/telephony.ts';
import type { PhraseCache } from './phraseCache.ts';

export interface ConversationParts {
  readonly line: MediaLine;
  readonly transcriber: Transcriber;
  readonly voice: Voice;
  /** Shared by all calls of the process; `prepareConversation` fills it while the phone rings. */
  readonly phrases: PhraseCache;
  readonly model: LanguageModel;
  readonly frontDesk: FrontDesk;
  readonly journal: CallJournal;
  readonly recordings: Recordings;
  readonly clock: Clock;
  readonly log: Log;
}
