/** Mu-law of each channel, 8 kHz. */
export type Channels = readonly Uint8Array[];

const MULAW = 7;

/** Bytes laid out channel after channel, sample by sample, taken apart. */
export function deinterleave(bytes: Uint8Array, channels: number): Channels {
  const length = Math.floor(bytes.length / channels);
  return Array.from({ length: channels }, (_, channel) =>
    Uint8Array.from({ length }, (__, index) => bytes[index * channels + channel] ?? 0xff),
  );
}

/**
 * The channels of an 8 kHz mu-law WAV; undefined when it is anything else. PCM is not taken: the way back from it loses
 * the sign of zero, and with it the bytes by which speech is recognised here.
 */
export function readWav(wav: Buffer): Channels | undefined {
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || wav.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let at = 12;
  let format: { readonly tag: number; readonly channels: number; readonly rate: number } | undefined;
  while (at + 8 <= wav.length) {
    const name = wav.toString('latin1', at, at + 4);
    const size = wav.readUInt32LE(at + 4);
    const body = wav.subarray(at + 8, at + 8 + size);
    if (name === 'fmt ' && body.length >= 16) {
      format = { tag: body.readUInt16LE(0), channels: body.readUInt16LE(2), rate: body.readUInt32LE(4) };
    }
    if (name === 'data' && format !== undefined) {
      const telephone = format.tag === MULAW && format.rate === 8000 && format.channels > 0;
      return telephone ? deinterleave(body, format.channels) : undefined;
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}
