/**
 * Turn latency as the callee lived it: read off a stereo recording made at the handset, left the callee, right the agent.
 * Latency = end of the callee's speech to the agent's first audio. Only the waveform is looked at, so our own clocks cannot flatter us.
 */

/** Speech of one side; milliseconds from the start of the recording. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TurnGap {
  /** Where the callee's speech ended. */
  readonly atMs: number;
  readonly gapMs: number;
}

const FRAME_MS = 10;
const SAMPLES_PER_FRAME = 80;
/** A pause inside a sentence; the voices' longest is 231 ms, a read-out list's 352 ms. */
const BRIDGE_MS = 400;
/** Clicks and breaths are shorter. */
const SHORTEST_MS = 80;
/** An answer later than this answers something else, e.g. a person who was asked to wait. */
const LATEST_MS = 8_000;
/** Speech on a phone line lies 30 dB and more above its noise; mean magnitude of 16-bit samples. */
const LOUD = 300;

const MAGNITUDE: readonly number[] = Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  return (((bits & 0x0f) << 3) + 0x84) * 2 ** ((bits >> 4) & 0x07) - 0x84;
});

/** @param mulaw one channel, G.711 mu-law at 8 kHz. */
export function speechIn(mulaw: Uint8Array): readonly Stretch[] {
  const stretches: { fromMs: number; toMs: number }[] = [];
  for (let frame = 0; (frame + 1) * SAMPLES_PER_FRAME <= mulaw.length; frame += 1) {
    let sum = 0;
    for (let i = frame * SAMPLES_PER_FRAME; i < (frame + 1) * SAMPLES_PER_FRAME; i += 1)
      sum += MAGNITUDE[mulaw[i] ?? 0xff] ?? 0;
    if (sum / SAMPLES_PER_FRAME < LOUD) continue;
    const fromMs = frame * FRAME_MS;
    const last = stretches.at(-1);
    if (last !== undefined && fromMs - last.toMs <= BRIDGE_MS) last.toMs = fromMs + FRAME_MS;
    else stretches.push({ fromMs, toMs: fromMs + FRAME_MS });
  }
  return stretches.filter(({ fromMs, toMs }) => toMs - fromMs >= SHORTEST_MS);
}

/** Every callee's stretch that the agent answered: not talked over, not followed by more of the callee first. */
export function turnGaps(callee: readonly Stretch[], agent: readonly Stretch[]): readonly TurnGap[] {
  return callee.flatMap((said, index) => {
    const talkedOver = agent.some(({ fromMs, toMs }) => fromMs < said.toMs && toMs > said.toMs);
    const answer = agent.find(({ fromMs }) => fromMs >= said.toMs);
    const next = callee[index + 1];
    if (talkedOver || answer === undefined) return [];
    if (next !== undefined && next.fromMs < answer.fromMs) return [];
    const gapMs = answer.fromMs - said.toMs;
    return gapMs > LATEST_MS ? [] : [{ atMs: said.toMs, gapMs }];
  });
}

/**
 * The two channels of a stereo mu-law WAV.
 * @throws RangeError when the file is anything else.
 */
export function channelsOf(wav: Uint8Array): { readonly left: Uint8Array; readonly right: Uint8Array } {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const tag = (at: number): string => String.fromCharCode(...wav.subarray(at, at + 4));
  if (wav.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new RangeError('not a WAV file');
  let format: { readonly code: number; readonly channels: number } | null = null;
  for (
    let at = 12;
    at + 8 <= wav.length;
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2)
  ) {
    const size = Math.min(view.getUint32(at + 4, true), wav.length - at - 8);
    if (tag(at) === 'fmt ')
      format = { code: view.getUint16(at + 8, true), channels: view.getUint16(at + 10, true) };
    if (tag(at) !== 'data') continue;
    if (format === null || format.code !== 7 || format.channels !== 2)
      throw new RangeError('not a stereo mu-law WAV file');
    const samples = Math.floor(size / 2);
    const left = new Uint8Array(samples);
    const right = new Uint8Array(samples);
    for (let i = 0; i < samples; i += 1) {
      left[i] = wav[at + 8 + 2 * i] ?? 0xff;
      right[i] = wav[at + 9 + 2 * i] ?? 0xff;
    }
    return { left, right };
  }
  throw new RangeError('a WAV file without sound');
}

/** The value below which a share of the sorted values lies, null for none: nearest rank. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
