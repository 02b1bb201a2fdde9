/**
 * A WAV file of two mu-law channels at 8 kHz, byte for byte as the phone line had them. Format tag 7 asks for the longer `fmt `
 * chunk and a `fact` chunk, http://www-mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html.
 */

const MU_LAW = 7;
const CHANNELS = 2;
const RATE = 8_000;

export const HEADER_BYTES = 58;
/** Bytes of a millisecond, both channels together. */
export const BYTES_PER_MS = (RATE / 1_000) * CHANNELS;

/** @param dataBytes of audio that follow; even, and below four gigabytes: three days. */
export function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(MU_LAW, 20);
  header.writeUInt16LE(CHANNELS, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * CHANNELS, 28);
  header.writeUInt16LE(CHANNELS, 32);
  header.writeUInt16LE(8, 34);
  header.writeUInt16LE(0, 36);
  header.write('fact', 38, 'latin1');
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(dataBytes / CHANNELS, 46);
  header.write('data', 50, 'latin1');
  header.writeUInt32LE(dataBytes, 54);
  return header;
}

/** How much audio a file of this length holds, header aside; an odd byte at the end is half a sample of a crash. */
export function dataBytesOf(fileBytes: number): number {
  const bytes = Math.max(0, fileBytes - HEADER_BYTES);
  return bytes - (bytes % CHANNELS);
}

/**
 * Left and right, sample by sample.
 * @throws RangeError when they are not equally long.
 */
export function interleave(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== right.length) {
    throw new RangeError(`both sides of one stretch of time: ${left.length} and ${right.length} bytes`);
  }
  const stereo = Buffer.allocUnsafe(left.length * CHANNELS);
  for (let i = 0; i < left.length; i++) {
    stereo[i * CHANNELS] = left[i] ?? 0;
    stereo[i * CHANNELS + 1] = right[i] ?? 0;
  }
  return stereo;
}
