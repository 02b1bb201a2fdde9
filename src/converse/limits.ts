/** Every wait and bound of a conversation, in milliseconds unless the name says otherwise. */
export interface TurnLimits {
  /** The callee's voice over ours for this long stops us. */
  readonly bargeInMs: number;
  /** ... or this long, once words were recognised that are more than "mm-hm". */
  readonly bargeInWithWordsMs: number;
  /** A voice that begins this soon after we took a turn as finished, and lasts a moment, goes on with that turn. */
  readonly goesOnWithinMs: number;
  readonly goesOnVoiceMs: number;
  /** Voice shorter than this and without words is a cough. */
  readonly coughMs: number;
  /** After voice without words: how long to wait for the words of a cough's length, and of a sentence's. */
  readonly coughWaitMs: number;
  readonly wordsWaitMs: number;
  /** Partial transcripts are this late at worst (Deepgram's p99 is 326 ms): after so much quiet the words are complete. */
  readonly transcriptLagMs: number;
  /** A transcript that reaches this close to the end of the voice is complete. */
  readonly coverMs: number;
  /** The transcriber says "finished" while the line is noisy: believed after this. */
  readonly finalOverVoiceMs: number;
  /** Nobody speaks this long in one turn. */
  readonly hearingMaxMs: number;
  /** No meaning within this: go on without. Together with the longest endpoint wait it stays below 3 s. */
  readonly thinkMaxMs: number;
  /** What was said over so much of the end of our question may be its answer. */
  readonly earlyAnswerMs: number;
  /** After a sound that was no answer the callee has at least this long to speak. */
  readonly patienceMinMs: number;
}

export const TURN_LIMITS: TurnLimits = {
  bargeInMs: 260,
  bargeInWithWordsMs: 160,
  goesOnWithinMs: 700,
  goesOnVoiceMs: 90,
  coughMs: 400,
  coughWaitMs: 600,
  wordsWaitMs: 1_600,
  transcriptLagMs: 420,
  coverMs: 260,
  finalOverVoiceMs: 500,
  hearingMaxMs: 25_000,
  thinkMaxMs: 1_500,
  earlyAnswerMs: 1_500,
  patienceMinMs: 2_500,
};

export interface ConversationLimits {
  readonly turn: TurnLimits;
  /** The model's time to say what was meant. */
  readonly understandMs: number;
  /** The front desk's time to book while the callee waits. */
  readonly bookMs: number;
  /** Audio that the voice owes us: after this a ready phrase bridges the wait ... */
  readonly firstAudioMs: number;
  /** ... and after this much more the line is given up. */
  readonly voiceGivenUpMs: number;
  /** A mark that has not come back this long after its audio must have ended is taken as lost. */
  readonly markLateMs: number;
  /** Provider's playback is taken to lag ours by this much until marks have told better; what was heard is counted with it. */
  readonly lineDelayMs: number;
  /** No event at all from the line: it is dead. */
  readonly lineIdleMs: number;
  /** The longest conversation; after it the agent says goodbye. */
  readonly callMaxMs: number;
  /** From the wish to end until the line is closed whatever happens. */
  readonly farewellMs: number;
  /** Between the end of our last audio at our end of the line and hanging up: goodbye is heard to its end. */
  readonly hangUpGraceMs: number;
  /** One phrase of the lines rendered ahead. */
  readonly renderMs: number;
}

export const CONVERSATION_LIMITS: ConversationLimits = {
  turn: TURN_LIMITS,
  understandMs: 1_400,
  bookMs: 3_500,
  firstAudioMs: 1_100,
  voiceGivenUpMs: 2_500,
  markLateMs: 1_500,
  lineDelayMs: 120,
  lineIdleMs: 6_000,
  callMaxMs: 480_000,
  farewellMs: 3_000,
  hangUpGraceMs: 350,
  renderMs: 8_000,
};
