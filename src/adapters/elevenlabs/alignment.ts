/** Words out of ElevenLabs' characters: where in the audio each begins and ends. */
import type { WordTiming } from '../../ports/speech.ts';

/** Characters of one piece of audio with their times, milliseconds. */
export interface CharacterTimes {
  readonly chars: readonly string[];
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
}

/** Gathers one utterance's words. A word that is cut by the edge of a piece is whole again in the next. */
export class Words {
  #word = '';
  #startMs = 0;
  #endMs = 0;

  /**
   * @param beforeMs audio of the utterance before this piece.
   * @returns the words that ended in it.
   */
  push(times: CharacterTimes, beforeMs: number): WordTiming[] {
    const offsetMs = offset(times, beforeMs);
    const words: WordTiming[] = [];
    for (const [i, char] of times.chars.entries()) {
      const startMs = times.startsMs[i];
      const endMs = times.endsMs[i];
      if (startMs === undefined || endMs === undefined) break;
      if (char.trim() === '') words.push(...this.rest());
      else this.#grow(char, startMs + offsetMs, endMs + offsetMs);
    }
    return words;
  }

  /** The word that nothing has ended yet, if there is one. */
  rest(): WordTiming[] {
    if (this.#word === '') return [];
    const word = { word: this.#word, startMs: this.#startMs, endMs: this.#endMs };
    this.#word = '';
    return [word];
  }

  #grow(char: string, startMs: number, endMs: number): void {
    if (this.#word === '') this.#startMs = Math.round(startMs);
    this.#word += char;
    this.#endMs = Math.round(endMs);
  }
}

/**
 * The websocket's times are documented as relative to the piece and the HTTP stream's are not documented at all; clients in the
 * field read either both ways. A piece whose first character lies nearer to the piece's own beginning than to the utterance's
 * counts from the utterance.
 */
function offset(times: CharacterTimes, beforeMs: number): number {
  const first = times.startsMs[0] ?? 0;
  return first >= beforeMs / 2 ? 0 : beforeMs;
}
