/**
 * A trigram language model of some lines, in the ARPA format (Doug Paul's, as SRILM's ngram-format(5) has it): absolute discounting by a half,
 * what that frees goes to the shorter history.
 */

const DISCOUNT = 0.5;
const ORDERS = [1, 2, 3] as const;
const NEVER = '-99.0000';

type Counts = ReadonlyMap<string, number>;

const log10 = (probability: number): string => Math.log10(probability).toFixed(4);

const historyOf = (gram: string): string => gram.slice(0, Math.max(0, gram.lastIndexOf(' ')));
const shorter = (gram: string): string => gram.slice(gram.indexOf(' ') + 1);

function count(lines: readonly (readonly string[])[], order: number): Counts {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const words = ['<s>', ...line, '</s>'];
    for (let at = 0; at + order <= words.length; at++) {
      const gram = words.slice(at, at + order).join(' ');
      // Nobody says the beginning.
      if (gram === '<s>') continue;
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  return counts;
}

/** How often a history goes on, and in how many ways. */
function continuations(
  counts: Counts,
): ReadonlyMap<string, { readonly total: number; readonly ways: number }> {
  const of = new Map<string, { total: number; ways: number }>();
  for (const [gram, times] of counts) {
    const known = of.get(historyOf(gram)) ?? { total: 0, ways: 0 };
    of.set(historyOf(gram), { total: known.total + times, ways: known.ways + 1 });
  }
  return of;
}

/**
 * The probabilities of each order: what was seen, less the discount, plus the shorter gram's share of the discounts. Interpolated, so that a
 * history's back-off weight is exactly the mass that its discounts freed.
 */
function model(lines: readonly (readonly string[])[]): {
  readonly grams: readonly ReadonlyMap<string, number>[];
  readonly weights: ReadonlyMap<string, number>;
} {
  const weights = new Map<string, number>();
  const grams: ReadonlyMap<string, number>[] = [];
  for (const order of ORDERS) {
    const counts = count(lines, order);
    const after = continuations(counts);
    const size = counts.size;
    const found = new Map<string, number>();
    for (const [gram, times] of counts) {
      const { total, ways } = after.get(historyOf(gram)) ?? { total: 1, ways: 0 };
      const freed = (DISCOUNT * ways) / total;
      const below = order === 1 ? 1 / size : (grams[order - 2]?.get(shorter(gram)) ?? 0);
      found.set(gram, (times - DISCOUNT) / total + freed * below);
      if (order > 1) weights.set(historyOf(gram), freed);
    }
    grams.push(found);
  }
  return { grams, weights };
}

/** @param lines as lists of words, without marks of beginning and end. */
export function arpa(lines: readonly (readonly string[])[]): string {
  const { grams, weights } = model(lines);
  const weight = (gram: string): string => {
    const freed = weights.get(gram);
    return freed === undefined ? '' : `\t${log10(freed)}`;
  };
  const sections = grams.map((found, index) => {
    const entries = [...found].map(([gram, probability]) => `${log10(probability)}\t${gram}${weight(gram)}`);
    return [...(index === 0 ? [`${NEVER}\t<s>${weight('<s>')}`] : []), ...entries];
  });
  return [
    '\\data\\',
    ...sections.map((entries, index) => `ngram ${index + 1}=${entries.length}`),
    ...sections.flatMap((entries, index) => ['', `\\${index + 1}-grams:`, ...entries]),
    '',
    '\\end\\',
    '',
  ].join('\n');
}
