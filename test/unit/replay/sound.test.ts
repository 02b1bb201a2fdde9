import { mulaw } from 'alawmulaw';
import { describe, expect, test } from 'vitest';
import { interleave, wavHeader } from '../../../src/adapters/disk/stereoWav.ts';
import { pcm16Wav, waveform } from '../../../src/replay/sound.ts';

/** A second of each side: the callee is silent and then loud, the agent the other way round. */
const samples = (loud: (i: number) => boolean): Int16Array =>
  Int16Array.from({ length: 8_000 }, (_, i) => (loud(i) ? Math.round(16_000 * Math.sin(i / 3)) : 0));
const callee = mulaw.encode(samples((i) => i >= 4_000));
const agent = mulaw.encode(samples((i) => i < 4_000));
const audio = interleave(callee, agent);
const WAV = new Uint8Array(Buffer.concat([wavHeader(audio.length), audio]));

describe('a recording on a page', () => {
  test('is drawn with as many columns as there is room for, both sides', () => {
    const outline = waveform(WAV, 4);
    expect(outline.callee.map((peak) => Math.round(peak * 10))).toEqual([0, 0, 5, 5]);
    expect(outline.agent.map((peak) => Math.round(peak * 10))).toEqual([5, 5, 0, 0]);
  });

  test('can be drawn wider than it is long', () => {
    expect(waveform(WAV, 20_000).callee).toHaveLength(20_000);
  });

  test.each([0, -1, 1.5])('is not drawn with %d columns', (columns) => {
    expect(() => waveform(WAV, columns)).toThrow(RangeError);
  });

  test('becomes PCM that says the same, by a decoder that is not ours', () => {
    const pcm = Buffer.from(pcm16Wav(WAV));
    expect(pcm.toString('latin1', 0, 4)).toBe('RIFF');
    expect(pcm.readUInt32LE(4)).toBe(pcm.length - 8);
    expect([pcm.readUInt16LE(20), pcm.readUInt16LE(22), pcm.readUInt32LE(24)]).toEqual([1, 2, 8_000]);
    expect(pcm.readUInt32LE(40)).toBe(8_000 * 4);
    const [left, right] = [mulaw.decode(callee), mulaw.decode(agent)];
    for (let i = 0; i < 8_000; i += 1) {
      expect(pcm.readInt16LE(44 + 4 * i)).toBe(left[i]);
      expect(pcm.readInt16LE(46 + 4 * i)).toBe(right[i]);
    }
  });

  test('that is no recording is refused', () => {
    expect(() => pcm16Wav(new Uint8Array(100))).toThrow(RangeError);
  });
});
