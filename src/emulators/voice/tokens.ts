/** One word of a text: as it is written, and as Flite must be given it to say it right. */
export interface Token {
  readonly word: string;
  readonly spoken: string;
}

/** Flite reads ASCII; accents and typographic marks are brought down to it, anything else is left out. */
function toAscii(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2013\u2014\u2026]/g, ', ')
    .replace(/[^\u0020-\u007e]/g, (char) => (/\s/.test(char) ? ' ' : ''));
}

/** Flite says "AI" as "eye", and leaves out the "AM" of "nine AM". */
const spell = (word: string): string => word.replace(/\bA([IM])\b/g, 'A $1');

/** Splits a text at white space; marks that stand alone join the word before them, because nobody says them. */
export function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  for (const piece of toAscii(text)
    .split(/\s+/)
    .filter((part) => part !== '')) {
    if (/[a-z0-9]/i.test(piece)) {
      found.push({ word: piece, spoken: spell(piece) });
      continue;
    }
    const before = found.pop();
    if (before !== undefined) found.push({ word: before.word + piece, spoken: before.spoken + piece });
  }
  return found;
}

/** A token without the marks of the sentence around it; "Dr." and "p.m." keep theirs. */
export function alone(token: Token): string {
  const bare = token.spoken.replace(/^["'([]+/, '').replace(/["')\],;:!?]+$/, '');
  return /^(dr|mr|mrs|ms|st)\.$|\.\w+\.$/i.test(bare) ? bare : bare.replace(/\.+$/, '');
}
