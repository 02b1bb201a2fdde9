/**
 * What kind of answer the agent's last question awaits. It decides how long to wait for the end of a turn, and how an answer is read:
 * "right" is a yes after a read-back and nothing at all after "which day?".
 */
export type Expects =
  /** The callee picks up: "hello?" */
  | 'hello'
  /** "Does that still work for you?", "Am I speaking with ...?" */
  | 'yes_no'
  /** After a read-back: "Is that right?" */
  | 'confirm'
  /** One time was offered. */
  | 'offer'
  /** Two times were offered. */
  | 'offer_time'
  /** "What day would suit you?" */
  | 'time'
  | 'anything_else'
  /** A name or another fact. */
  | 'detail'
  | 'open'
  /** Nothing was asked: the agent waits, or leaves a message. */
  | 'none';
