/** Whoever is at the handset, person or machine: is asked every 20 ms what there is to do. */
export interface Occupant {
  /** `atMs`: since the answer. `heardWord`: a word was made out in this frame. */
  tick(atMs: number, heardWord: boolean): Wish | undefined;
}

/** What the handset must do for its occupant. */
export type Wish = { readonly kind: 'hang_up' } | { readonly kind: 'press'; readonly digit: string };
