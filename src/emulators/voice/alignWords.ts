import type { Phone } from './flite.ts';
import { PAUSE } from './flite.ts';

/** Where one word lies in the audio, in milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const VOWELS = new Set('aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw'.split(' '));
const GAP = 0.8;

/** A phone said alone often differs a little from the same phone in a sentence: "the" is dh-ax or dh-iy. */
function difference(spoken: string, expected: string): number {
  if (spoken === expected) return 0;
  const vowels = Number(VOWELS.has(spoken)) + Number(VOWELS.has(expected));
  return vowels === 2 ? 0.4 : vowels === 0 ? 0.9 : 1.6;
}

/**
 * Finds each word's span among the phones that were really spoken, by the cheapest alignment with the words' own
 * pronunciations. Flite prints no word boundaries; this has them to the phone. Spans are in order and do not overlap;
 * a word that no phone was found for is given an even share of the gap in which it must lie.
 */
export function alignWords(
  phones: readonly Phone[],
  pronunciations: readonly (readonly string[])[],
): readonly Span[] {
  const spoken = phones.filter((phone) => phone.name !== PAUSE);
  const expected = pronunciations.flatMap((word, index) => word.map((name) => ({ name, index })));
  const owner = backtrack(
    costs(
      spoken,
      expected.map((phone) => phone.name),
    ),
    spoken,
    expected,
  );
  const spans: (Span | undefined)[] = pronunciations.map(() => undefined);
  for (const [at, index] of owner.entries()) {
    const phone = spoken[at];
    if (phone === undefined || index === undefined) continue;
    spans[index] = { startMs: spans[index]?.startMs ?? phone.startMs, endMs: phone.endMs };
  }
  return fillGaps(spans, spoken);
}

/** Rows: spoken phones; columns: expected phones; each cell the cheapest way to have come so far. */
function costs(spoken: readonly Phone[], expected: readonly string[]): readonly Float64Array[] {
  const rows = [Float64Array.from({ length: expected.length + 1 }, (_, column) => column * GAP)];
  for (const [index, phone] of spoken.entries()) {
    const above = rows[index] ?? new Float64Array();
    const row = new Float64Array(expected.length + 1);
    row[0] = (index + 1) * GAP;
    for (const [column, name] of expected.entries()) {
      const both = (above[column] ?? 0) + difference(phone.name, name);
      row[column + 1] = Math.min(both, (above[column + 1] ?? 0) + GAP, (row[column] ?? 0) + GAP);
    }
    rows.push(row);
  }
  return rows;
}

/** The word that each spoken phone belongs to; a phone that no word expected goes with the word after it. */
function backtrack(
  rows: readonly Float64Array[],
  spoken: readonly Phone[],
  expected: readonly { readonly name: string; readonly index: number }[],
): readonly (number | undefined)[] {
  const owner: (number | undefined)[] = spoken.map(() => undefined);
  let row = spoken.length;
  let column = expected.length;
  while (row > 0) {
    const here = rows[row]?.[column] ?? 0;
    const phone = spoken[row - 1];
    const hoped = expected[column - 1];
    if (column > 0 && here === (rows[row]?.[column - 1] ?? 0) + GAP) {
      column -= 1;
    } else if (hoped === undefined || here === (rows[row - 1]?.[column] ?? 0) + GAP) {
      owner[row - 1] = (hoped ?? expected[0])?.index;
      row -= 1;
    } else {
      if (phone !== undefined) owner[row - 1] = hoped.index;
      row -= 1;
      column -= 1;
    }
  }
  return owner;
}

function fillGaps(spans: readonly (Span | undefined)[], spoken: readonly Phone[]): readonly Span[] {
  const last = spoken.at(-1)?.endMs ?? 0;
  const filled: Span[] = [];
  for (const [index, span] of spans.entries()) {
    if (span !== undefined) {
      filled.push(span);
      continue;
    }
    const startMs = filled.at(-1)?.endMs ?? spoken[0]?.startMs ?? 0;
    const following = spans.findIndex((later, at) => at > index && later !== undefined);
    const nextStart = spans[following]?.startMs ?? last;
    const sharers = (following < 0 ? spans.length : following) - index;
    filled.push({ startMs, endMs: startMs + Math.max(0, Math.floor((nextStart - startMs) / sharers)) });
  }
  return filled;
}
