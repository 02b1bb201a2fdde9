import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const CHANNELS = 2;
const SAMPLE_RATE = 8000;
const MULAW = 7;
const HEADER_BYTES = 58;

/** One second of stereo goes to disk at a time. */
const BUFFER_BYTES = CHANNELS * SAMPLE_RATE;

/** The header of a stereo mu-law WAV with `frames` samples on each side. */
function header(frames: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const data = frames * CHANNELS;
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + data, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(18, 16);
  bytes.writeUInt16LE(MULAW, 20);
  bytes.writeUInt16LE(CHANNELS, 22);
  bytes.writeUInt32LE(SAMPLE_RATE, 24);
  bytes.writeUInt32LE(SAMPLE_RATE * CHANNELS, 28);
  bytes.writeUInt16LE(CHANNELS, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('fact', 38, 'latin1');
  bytes.writeUInt32LE(4, 42);
  bytes.writeUInt32LE(frames, 46);
  bytes.write('data', 50, 'latin1');
  bytes.writeUInt32LE(data, 54);
  return bytes;
}

/** A stereo mu-law recording that is written as it happens; its header is right once it is closed. */
export class WavFile {
  private readonly file: number;
  private readonly buffer = Buffer.alloc(BUFFER_BYTES);
  private filled = 0;
  private written = 0;

  /** Creates the file, and its folder. Throws what the file system says. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.file = openSync(path, 'w');
    writeSync(this.file, header(0));
  }

  /** Adds samples, as many on one side as on the other. */
  add(left: Uint8Array, right: Uint8Array): void {
    for (const [index, sample] of left.entries()) {
      this.buffer[this.filled] = sample;
      this.buffer[this.filled + 1] = right[index] ?? 0xff;
      this.filled += CHANNELS;
      if (this.filled === BUFFER_BYTES) this.flush();
    }
  }

  close(): void {
    try {
      this.flush();
      writeSync(this.file, header(this.written / CHANNELS), 0, HEADER_BYTES, 0);
    } finally {
      closeSync(this.file);
    }
  }

  private flush(): void {
    writeSync(this.file, this.buffer, 0, this.filled);
    this.written += this.filled;
    this.filled = 0;
  }
}
