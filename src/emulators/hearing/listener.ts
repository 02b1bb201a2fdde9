/**
 * Follows a stream of bytes through the utterances that the archive knows.
 *
 *   searching --a window is known--> following --a byte differs--> searching
 *
 * Following compares byte with byte. Searching rolls a hash over the last frame's worth of bytes, so that any offset is
 * found, and remembers the track that was lost: audio that carries on further along in the same utterance resumes it,
 * and what was skipped counts against the words it belonged to. Audio from elsewhere (an earlier place, another
 * utterance) must go on for three frames before it replaces the lost track, so that one frame that comes late does not.
 * Identical audio in several utterances is told apart by what follows it.
 */
import type { HeardWord, Listener } from '../speech.ts';
import { Activity } from './activity.ts';
import type { Archive, Place } from './archive.ts';
import { roll, WINDOW_BYTES } from './rollingHash.ts';
import { Track } from './track.ts';

/** A lost track is given up after half a second without any of it. */
const LOST_BYTES = 4000;

/** How long audio from elsewhere must go on to be believed. */
const BELIEVED_BYTES = 3 * WINDOW_BYTES;

const RING_BYTES = 512;

interface Following {
  readonly track: Track;
  /** Where the track was found, and in which other utterances the same bytes are. */
  readonly foundAt: number;
  readonly rivals: readonly Place[];
  /** Words of a track that is not believed yet; undefined once it is. */
  doubted: HeardWord[] | undefined;
  /** Bytes of this track that came without a break. */
  matched: number;
}

class StreamListener implements Listener {
  private readonly archive: Archive;
  private readonly activity = new Activity();
  private readonly ring = new Uint8Array(RING_BYTES);
  private following: Following | undefined;
  private lost: Track | undefined;
  private position = 0;
  private lostAt = 0;
  private hash = 0;
  /** Bytes in the ring since the search began. */
  private searched = 0;
  /** Words up to here were told; milliseconds of the stream. */
  private toldUntilMs = 0;

  constructor(archive: Archive) {
    this.archive = archive;
  }

  get now(): Listener['now'] {
    return this.activity.now;
  }

  get partial(): readonly HeardWord[] {
    if (this.following?.doubted === undefined)
      return this.following?.track.partial ?? this.lost?.partial ?? [];
    return this.lost?.partial ?? [];
  }

  hear(mulaw: Uint8Array): readonly HeardWord[] {
    const words: HeardWord[] = [];
    let at = 0;
    while (at < mulaw.length) {
      const piece = mulaw.subarray(at, at + WINDOW_BYTES);
      const taken = this.following === undefined ? this.search(piece, words) : this.follow(piece, words);
      this.activity.hear(piece.subarray(0, taken), this.following?.track.inWord ?? false);
      at += taken;
    }
    return words;
  }

  /** Compares until a byte differs or the bytes end; returns how many it took. */
  private follow(mulaw: Uint8Array, words: HeardWord[]): number {
    const following = this.following;
    if (following === undefined) return 0;
    const { track } = following;
    const { bytes } = track.utterance;
    const start = track.next;
    let same = 0;
    while (same < mulaw.length && mulaw[same] === bytes[start + same]) same += 1;
    if (same > 0) {
      following.matched += same;
      this.tell(following, track.arrived(start, start + same, this.position), words);
      this.position += same;
    }
    if (same < mulaw.length) this.lose(following, mulaw[same] ?? 0, words);
    return same;
  }

  private tell(following: Following, ended: readonly HeardWord[], words: HeardWord[]): void {
    if (following.doubted === undefined) {
      this.say(ended, words);
      return;
    }
    following.doubted.push(...ended);
    if (following.matched >= BELIEVED_BYTES) this.believe(following, words);
  }

  private believe(following: Following, words: HeardWord[]): void {
    this.say(this.lost?.abandoned() ?? [], words);
    this.say(following.doubted ?? [], words);
    following.doubted = undefined;
    this.lost = undefined;
  }

  /** Two tracks through the same audio have the same words: each is told once. */
  private say(ended: readonly HeardWord[], words: HeardWord[]): void {
    const fresh = ended.filter((word) => word.endMs > this.toldUntilMs);
    this.toldUntilMs = fresh.at(-1)?.endMs ?? this.toldUntilMs;
    words.push(...fresh);
  }

  /** The track does not go on with `byte`: another utterance with the same audio may, or the search begins. */
  private lose(following: Following, byte: number, words: HeardWord[]): void {
    const { track, foundAt } = following;
    const rivals = following.rivals.filter((rival) => goesOn(rival, track, foundAt, byte));
    const [rival, ...others] = rivals;
    if (rival !== undefined) {
      const length = track.next - foundAt;
      const other = new Track(rival.utterance, rival.at);
      const ended = other.arrived(rival.at, rival.at + length, this.position - length);
      const next = { ...following, track: other, foundAt: rival.at, rivals: others };
      this.following = next;
      this.tell(next, ended, words);
      return;
    }
    const finished = track.next >= track.utterance.bytes.length;
    if (finished && following.doubted !== undefined) this.believe(following, words);
    if (following.doubted === undefined) {
      this.lost = finished ? undefined : track;
      this.lostAt = this.position;
    }
    this.following = undefined;
    this.searched = 0;
    this.hash = 0;
  }

  /** Rolls on until a known window is found or the bytes end; returns how many it took. Eight thousand bytes a second
   *  and call go through this loop. */
  private search(mulaw: Uint8Array, words: HeardWord[]): number {
    const { ring, archive } = this;
    let { hash, searched } = this;
    let taken = 0;
    let found = false;
    while (taken < mulaw.length && !found) {
      const byte = mulaw[taken] ?? 0;
      const leaving = searched < WINDOW_BYTES ? undefined : ring[(searched - WINDOW_BYTES) % RING_BYTES];
      hash = roll(hash, byte, leaving);
      ring[searched % RING_BYTES] = byte;
      searched += 1;
      taken += 1;
      if (searched < WINDOW_BYTES || !archive.mayKnow(hash)) continue;
      this.searched = searched;
      found = this.found(archive.places(hash), this.position + taken, words);
    }
    this.hash = hash;
    this.searched = searched;
    this.position += taken;
    if (this.lost !== undefined && this.following === undefined && this.position - this.lostAt > LOST_BYTES) {
      this.say(this.lost.abandoned(), words);
      this.lost = undefined;
    }
    return taken;
  }

  /** The byte that came `count` bytes before the next one. */
  private back(count: number): number {
    return this.ring[(this.searched - count) % RING_BYTES] ?? 0;
  }

  private found(places: readonly Place[], position: number, words: HeardWord[]): boolean {
    if (places.length === 0) return false;
    const same = places.filter((place) => this.endsWith(place));
    const { lost } = this;
    const onward = same
      .filter(({ utterance, at }) => utterance === lost?.utterance && at >= lost.next)
      .toSorted((left, right) => left.at - right.at)[0];
    const place = onward ?? same[0];
    if (place === undefined) return false;
    this.archive.touch(place.utterance);
    const resumed = onward === undefined ? undefined : lost;
    const from = this.reachBack(place, resumed?.next ?? 0);
    const track = resumed ?? new Track(place.utterance, from);
    const to = place.at + WINDOW_BYTES;
    const doubted = lost === undefined || resumed !== undefined ? undefined : [];
    if (resumed !== undefined) this.lost = undefined;
    const before = place.at - from;
    const rivals = same
      .filter((other) => other !== place && other.at >= before)
      .map((other) => ({ utterance: other.utterance, at: other.at - before }));
    this.following = { track, foundAt: from, rivals, doubted, matched: to - from };
    this.tell(this.following, track.arrived(from, to, position - (to - from)), words);
    return true;
  }

  private endsWith(place: Place): boolean {
    const { bytes } = place.utterance;
    for (let index = 0; index < WINDOW_BYTES; index += 1) {
      if (bytes[place.at + index] !== this.back(WINDOW_BYTES - index)) return false;
    }
    return true;
  }

  /** How far before the window the same utterance was already coming through, but not before `floor`. */
  private reachBack(place: Place, floor: number): number {
    const most = Math.min(this.searched, RING_BYTES) - WINDOW_BYTES;
    let reached = 0;
    while (
      reached < most &&
      place.at - reached > floor &&
      place.utterance.bytes[place.at - reached - 1] === this.back(WINDOW_BYTES + reached + 1)
    ) {
      reached += 1;
    }
    return place.at - reached;
  }
}

/** Whether a rival has the same audio as the track since it was found, and then `byte`. */
function goesOn(rival: Place, track: Track, foundAt: number, byte: number): boolean {
  const length = track.next - foundAt;
  const { bytes } = rival.utterance;
  if (bytes[rival.at + length] !== byte) return false;
  for (let index = 0; index < length; index += 1) {
    if (bytes[rival.at + index] !== track.utterance.bytes[foundAt + index]) return false;
  }
  return true;
}

/** A listener at the start of a stream. */
export const createListener = (archive: Archive): Listener => new StreamListener(archive);
