/** A recording off the disk: two mu-law channels of a phone line. Read here on its own, so that a fault of the writer is seen. */

/** Samples, which are also bytes, of a channel in a millisecond. */
export const PER_MS = 8;

export interface Stereo {
  /** Mu-law, the callee. */
  readonly left: Uint8Array;
  /** Mu-law, the agent. */
  readonly right: Uint8Array;
}

const MU_LAW = 7;
const RATE = 8_000;

/** G.711 mu-law: sign, three bits of exponent, four of mantissa, all inverted; ITU-T G.711 table 2a. */
const LINEAR = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 0x07)) - 132;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
});

/** The 16-bit sample of a mu-law code. */
export const linear = (code: number): number => LINEAR[code & 0xff] ?? 0;

/** The two codes of zero. */
export const isZero = (code: number | undefined): boolean => code === 0xff || code === 0x7f;

/** @throws Error that says in what the file is not 8 kHz two-channel mu-law of the length that its header gives. */
export function readStereo(file: Buffer): Stereo {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('is no WAV file');
  let at = 12;
  let format = false;
  while (at + 8 <= file.length) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const from = at + 8;
    if (name === 'fmt ') {
      const [tag, channels, rate, bits] = [
        file.readUInt16LE(from),
        file.readUInt16LE(from + 2),
        file.readUInt32LE(from + 4),
        file.readUInt16LE(from + 14),
      ];
      if (tag !== MU_LAW || channels !== 2 || rate !== RATE || bits !== 8)
        throw new Error(`is format ${tag}, ${channels} channels, ${rate} Hz, ${bits} bits`);
      format = true;
    }
    if (name === 'data') {
      if (!format) throw new Error('says no format before its audio');
      if (from + size !== file.length)
        throw new Error(`holds ${file.length - from} bytes where its header says ${size}`);
      return deinterleave(file.subarray(from));
    }
    at = from + size + (size % 2);
  }
  throw new Error('has no audio');
}

function deinterleave(both: Buffer): Stereo {
  const samples = Math.floor(both.length / 2);
  return {
    left: Uint8Array.from({ length: samples }, (_, index) => both[index * 2] ?? 0),
    right: Uint8Array.from({ length: samples }, (_, index) => both[index * 2 + 1] ?? 0),
  };
}
