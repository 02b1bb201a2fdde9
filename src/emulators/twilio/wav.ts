import { decodeMulaw } from './mulaw.ts';

const SAMPLE_RATE = 8000;

/** A WAV file, 8 kHz, 16-bit PCM, of mu-law channels of equal length. */
export function wavOfMulaw(channels: readonly Uint8Array[]): Buffer {
  const samples = channels[0]?.byteLength ?? 0;
  const dataBytes = samples * channels.length * 2;
  const wav = Buffer.alloc(44 + dataBytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + dataBytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(channels.length, 22);
  wav.writeUInt32LE(SAMPLE_RATE, 24);
  wav.writeUInt32LE(SAMPLE_RATE * channels.length * 2, 28);
  wav.writeUInt16LE(channels.length * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataBytes, 40);
  let at = 44;
  for (let sample = 0; sample < samples; sample += 1) {
    for (const channel of channels) {
      wav.writeInt16LE(decodeMulaw(channel[sample] ?? 0xff), at);
      at += 2;
    }
  }
  return wav;
}

/** The mu-law audio of an 8 kHz mono WAV (mu-law, format 7, as it is); null when it is something else. */
export function mulawOfWav(file: Buffer, encode: (sample: number) => number): Buffer | null {
  if (file.byteLength < 12 || file.toString('latin1', 0, 4) !== 'RIFF') return null;
  let format = 0;
  for (let at = 12; at + 8 <= file.byteLength;) {
    const id = file.toString('latin1', at, at + 4);
    const bytes = Math.min(file.readUInt32LE(at + 4), file.byteLength - at - 8);
    const body = file.subarray(at + 8, at + 8 + bytes);
    if (id === 'fmt ' && bytes >= 16) {
      if (body.readUInt16LE(2) !== 1 || body.readUInt32LE(4) !== SAMPLE_RATE) return null;
      format = body.readUInt16LE(0);
    }
    if (id === 'data' && format === 7) return body;
    if (id === 'data' && format === 1) {
      return Buffer.from(
        Array.from({ length: bytes >> 1 }, (_, sample) => encode(body.readInt16LE(sample * 2))),
      );
    }
    at += 8 + bytes + (bytes & 1);
  }
  return null;
}
