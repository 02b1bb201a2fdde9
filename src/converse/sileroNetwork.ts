/**
 * Silero VAD v6, the 8 kHz network, run forward synchronously in plain TypeScript: no native code, and one set of weights for all calls.
 *
 *   288 samples (32 of the window before + 256 new) -> reflect-pad 32 on the right -> STFT by convolution (65 magnitudes x 4)
 *   -> four convolutions with ReLU (65-128-64-64-128 channels, 4-4-2-1-1 steps) -> LSTM cell of 128 -> ReLU -> one logit -> sigmoid
 *
 * The published model runs the same numbers through ONNX Runtime; the unit test holds this file to probabilities recorded there.
 * Loops are unrolled by four because V8 does not: 2.5 times faster.
 */

/** New samples that one step takes: 32 ms. */
export const WINDOW_SAMPLES = 256;
const CONTEXT = 32;
const PAD = 32;
const FRAME = 128;
const HOP = 64;
const BINS = 65;
const STEPS = 4;
const HIDDEN = 128;

interface Convolution {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

export interface SileroWeights {
  readonly basis: Float32Array;
  readonly encoder: readonly Convolution[];
  readonly inputWeight: Float32Array;
  readonly hiddenWeight: Float32Array;
  readonly inputBias: Float32Array;
  readonly hiddenBias: Float32Array;
  readonly outWeight: Float32Array;
  readonly outBias: number;
}

const SHAPES = [
  { from: 65, to: 128, stride: 1 },
  { from: 128, to: 64, stride: 2 },
  { from: 64, to: 64, stride: 2 },
  { from: 64, to: 128, stride: 1 },
] as const;

/**
 * Cuts the blob of scripts/extractSileroWeights.mjs (little-endian float32) into its tensors.
 * @throws RangeError when its length is not that of the network.
 */
export function readSileroWeights(blob: Uint8Array): SileroWeights {
  const all = new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));
  let at = 0;
  const take = (floats: number): Float32Array => all.subarray(at, (at += floats));
  const basis = take(2 * BINS * FRAME);
  const encoder = SHAPES.map((shape) => ({
    ...shape,
    weight: take(shape.to * shape.from * 3),
    bias: take(shape.to),
  }));
  const weights: SileroWeights = {
    basis,
    encoder,
    inputWeight: take(4 * HIDDEN * HIDDEN),
    hiddenWeight: take(4 * HIDDEN * HIDDEN),
    inputBias: take(4 * HIDDEN),
    hiddenBias: take(4 * HIDDEN),
    outWeight: take(HIDDEN),
    outBias: take(1)[0] ?? 0,
  };
  if (at !== all.length) throw new RangeError(`Silero weights: ${all.length} floats, the network has ${at}`);
  return weights;
}

/** Inner product of `length` (a multiple of four) floats; the one hot loop. */
function dot(a: Float32Array, aAt: number, b: Float32Array, bAt: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < length; i += 4) {
    s0 += a[aAt + i]! * b[bAt + i]!;
    s1 += a[aAt + i + 1]! * b[bAt + i + 1]!;
    s2 += a[aAt + i + 2]! * b[bAt + i + 2]!;
    s3 += a[aAt + i + 3]! * b[bAt + i + 3]!;
  }
  return s0 + s1 + (s2 + s3);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Magnitudes of the short-time spectrum, `[bin][step]`. */
function spectrum(padded: Float32Array, basis: Float32Array, into: Float32Array): void {
  for (let bin = 0; bin < BINS; bin++) {
    for (let step = 0; step < STEPS; step++) {
      const re = dot(basis, bin * FRAME, padded, step * HOP, FRAME);
      const im = dot(basis, (bin + BINS) * FRAME, padded, step * HOP, FRAME);
      into[bin * STEPS + step] = Math.sqrt(re * re + im * im);
    }
  }
}

/** Convolution of width three, padded by one, then ReLU. Both sides are `[channel][step]`. */
function convolve(input: Float32Array, steps: number, layer: Convolution, into: Float32Array): number {
  const { from, to, stride, weight, bias } = layer;
  const stepsOut = Math.floor((steps - 1) / stride) + 1;
  for (let out = 0; out < to; out++) {
    for (let step = 0; step < stepsOut; step++) {
      const centre = step * stride;
      let sum = bias[out]!;
      for (let channel = 0, w = out * from * 3, x = centre; channel < from; channel++, w += 3, x += steps) {
        if (centre > 0) sum += weight[w]! * input[x - 1]!;
        sum += weight[w + 1]! * input[x]!;
        if (centre + 1 < steps) sum += weight[w + 2]! * input[x + 1]!;
      }
      into[out * stepsOut + step] = sum > 0 ? sum : 0;
    }
  }
  return stepsOut;
}

/** The network with one call's memory. */
export class SileroStream {
  readonly #weights: SileroWeights;
  readonly #padded = new Float32Array(CONTEXT + WINDOW_SAMPLES + PAD);
  readonly #magnitudes = new Float32Array(BINS * STEPS);
  readonly #layers = [512, 128, 64, 128].map((size) => new Float32Array(size));
  readonly #gates = new Float32Array(4 * HIDDEN);
  readonly #hidden = new Float32Array(HIDDEN);
  readonly #cell = new Float32Array(HIDDEN);

  constructor(weights: SileroWeights) {
    this.#weights = weights;
  }

  /** As new: nothing was heard. */
  reset(): void {
    this.#padded.fill(0);
    this.#hidden.fill(0);
    this.#cell.fill(0);
  }

  /** Takes the next 256 samples (-1..1) and returns the probability of speech in them, 0..1. */
  step(samples: Float32Array): number {
    const padded = this.#padded;
    padded.copyWithin(0, WINDOW_SAMPLES, WINDOW_SAMPLES + CONTEXT);
    padded.set(samples, CONTEXT);
    const end = CONTEXT + WINDOW_SAMPLES;
    for (let i = 0; i < PAD; i++) padded[end + i] = padded[end - 2 - i]!;

    spectrum(padded, this.#weights.basis, this.#magnitudes);
    let input: Float32Array = this.#magnitudes;
    let steps = STEPS;
    this.#weights.encoder.forEach((layer, i) => {
      const output = this.#layers[i]!;
      steps = convolve(input, steps, layer, output);
      input = output;
    });
    this.#remember(input);

    let logit = this.#weights.outBias;
    for (let i = 0; i < HIDDEN; i++) logit += Math.max(0, this.#hidden[i]!) * this.#weights.outWeight[i]!;
    return sigmoid(logit);
  }

  /** The LSTM cell; gates in the order input, forget, cell, output. */
  #remember(input: Float32Array): void {
    const { inputWeight, hiddenWeight, inputBias, hiddenBias } = this.#weights;
    const gates = this.#gates;
    for (let g = 0; g < 4 * HIDDEN; g++) {
      gates[g] =
        inputBias[g]! +
        hiddenBias[g]! +
        dot(inputWeight, g * HIDDEN, input, 0, HIDDEN) +
        dot(hiddenWeight, g * HIDDEN, this.#hidden, 0, HIDDEN);
    }
    for (let i = 0; i < HIDDEN; i++) {
      const cell =
        sigmoid(gates[HIDDEN + i]!) * this.#cell[i]! + sigmoid(gates[i]!) * Math.tanh(gates[2 * HIDDEN + i]!);
      this.#cell[i] = cell;
      this.#hidden[i] = sigmoid(gates[3 * HIDDEN + i]!) * Math.tanh(cell);
    }
  }
}
