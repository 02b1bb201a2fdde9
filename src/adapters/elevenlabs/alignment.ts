/** Words out of ElevenLabs' characters: where in the audio each begins and ends. */
import type { WordTiming } from '../../ports/speech.ts';

/** Characters of one piece of audio with their times, milliseconds. */
export interface CharacterTimes {
  readonly chars: readonly string[];
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
}

/** What the times of a piece are counted from. */
export type Origin = 'piece' | 'utterance';

/** Where a piece of audio lies in its utterance. */
export interface Place {
  readonly beforeMs: number;
  readonly lengthMs: number;
}

/** Times and audio are rounded apart. */
const GRAIN_MS = 60;

/** Gathers one utterance's words. A word that is cut by the edge of a piece is whole again in the next. */
export class Words {
  readonly #origin: Origin;
  #word = '';
  #startMs = 0;
  #endMs = 0;

  /** @param origin what the service says its times are counted from. */
  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** @returns the words that ended in this piece. */
  push(times: CharacterTimes, place: Place): WordTiming[] {
    const offsetMs = countedFrom(times, place, this.#origin) === 'piece' ? place.beforeMs : 0;
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
 * The websocket's times are documented as counted from the piece, the HTTP stream's not at all, and clients in the field read
 * either both ways. So the times themselves are asked first: counted from the piece they end within its length, counted from the
 * utterance they begin where the piece does. What fits both or neither is as documented.
 */
function countedFrom(times: CharacterTimes, place: Place, documented: Origin): Origin {
  const first = times.startsMs[0] ?? 0;
  const last = times.startsMs.at(-1) ?? 0;
  const fitsPiece = last <= place.lengthMs + GRAIN_MS;
  const fitsUtterance = first >= place.beforeMs - GRAIN_MS;
  if (fitsPiece === fitsUtterance) return documented;
  return fitsPiece ? 'piece' : 'utterance';
}
