/** Chance, handed in so that a test can repeat it. Decisions take a number as an argument; only verbs hold this port. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}
