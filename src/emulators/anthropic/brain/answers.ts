/** Answers a caller's question from the facts in the system prompt, and from nothing else. */
import { askedWords, contentWords } from './words.ts';

/** What it says when the facts do not hold the answer. */
export const CALL_BACK = "I don't have that in front of me. The team will call you back about it.";

const INSTRUCTION =
  /^(?:you (?:are|listen|must|should|will|help|act|may|never|can only)|never|always|do not|don't|if |call the|choose|copy|give|use|write|answer|return|respond|reply|report|the words in|keep|only|output|speak)\b/i;

interface Fact {
  /** As it may be said. */
  readonly sentence: string;
  readonly words: ReadonlySet<string>;
  /** Words of the heading before the colon: what the fact is about. */
  readonly heading: ReadonlySet<string>;
}

/** At most two sentences of the facts, those that share most with the question; undefined when none does. */
export function answerFrom(system: string, question: string): string | undefined {
  const asked = askedWords(question);
  const facts = factsIn(system);
  const scored = facts
    .map((fact, index) => ({ fact, index, score: score(fact, asked, facts) }))
    .filter(({ score: points }) => points > 0)
    .toSorted((one, other) => other.score - one.score || one.index - other.index);
  const best = scored[0];
  if (best === undefined) return undefined;
  const second = scored.find(
    (one) => one.index !== best.index && one.score >= 0.9 * best.score && one.score >= 2,
  );
  const told = [best, ...(second === undefined ? [] : [second])].toSorted(
    (one, other) => one.index - other.index,
  );
  return told.map(({ fact }) => fact.sentence).join(' ');
}

/** Shared words count by how rare they are among the facts; a heading counts twice, a long sentence less. */
function score(fact: Fact, asked: ReadonlySet<string>, facts: readonly Fact[]): number {
  let points = 0;
  for (const word of asked) {
    if (!fact.words.has(word) && !fact.heading.has(word)) continue;
    const rarity = 1 + Math.log(facts.length / facts.filter((one) => one.words.has(word)).length || 1);
    points += fact.heading.has(word) ? 2 * rarity : rarity;
  }
  return points === 0 ? 0 : points - fact.words.size / 100;
}

function factsIn(system: string): readonly Fact[] {
  const section = /<(facts|knowledge|practice|context)>([\s\S]*?)<\/\1>/.exec(system)?.[2];
  return (section ?? system).split('\n').flatMap((line) => {
    const heading = /^[\s*•-]*([A-Za-z][\w ]{0,30}):\s/.exec(line);
    const text = line.slice(heading?.[0].length ?? 0).replace(/^[\s*•-]+/, '');
    return text
      .split(/(?<=[.!?])\s+(?=[A-Z])/)
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence.split(' ').length > 2 && !INSTRUCTION.test(sentence))
      .map((sentence) => ({
        sentence: /[.!?]$/.test(sentence) ? sentence : `${sentence}.`,
        words: contentWords(`${heading?.[1] ?? ''} ${sentence}`),
        heading: contentWords(heading?.[1] ?? ''),
      }));
  });
}
