import { FRAME_BYTES, toLinear, toMulaw } from '../voice/mulaw.ts';
import { chanceOf, type Chance } from './chance.ts';

/** Eight seconds of noise of level one, from which every line takes pieces. */
const LENGTH = 1 << 16;

function makeNoise(): Float32Array {
  const chance = chanceOf('line noise');
  // Four even draws make it near enough to a bell; their variance is 1/12 each.
  return Float32Array.from({ length: LENGTH }, () => {
    const sum = chance.next() + chance.next() + chance.next() + chance.next() - 2;
    return sum / Math.sqrt(4 / 12);
  });
}

let noise: Float32Array | undefined;
const silent = new Map<number, Uint8Array>();

/** The faint noise of one telephone line. It also makes two utterances of the same words different in every frame. */
export class LineNoise {
  private readonly rms: number;
  private readonly samples: Float32Array;
  private readonly alone: Uint8Array;
  private readonly chance: Chance;
  private position: number;

  /** `belowFullScaleDb`: 60 is faint, 40 is a bad line. */
  constructor(belowFullScaleDb: number, chance: Chance) {
    noise ??= makeNoise();
    this.rms = 32_768 * 10 ** (-belowFullScaleDb / 20);
    this.samples = noise;
    this.alone =
      silent.get(this.rms) ?? Uint8Array.from(noise, (sample) => toMulaw(Math.round(sample * this.rms)));
    silent.set(this.rms, this.alone);
    this.chance = chance;
    this.position = chance.between([0, LENGTH - 1]);
  }

  /** A frame in which nobody speaks. */
  frame(): Uint8Array {
    if (this.position + FRAME_BYTES > LENGTH) this.position = 0;
    const from = this.position;
    this.position += FRAME_BYTES;
    return this.alone.slice(from, from + FRAME_BYTES);
  }

  /** The audio as it goes over this line, beginning at a place of its own in the noise. */
  over(mulaw: Uint8Array): Uint8Array {
    const from = this.chance.between([0, LENGTH - 1]);
    return mulaw.map((code, index) =>
      toMulaw(Math.round(toLinear(code) + this.rms * (this.samples[(from + index) % LENGTH] ?? 0))),
    );
  }
}
