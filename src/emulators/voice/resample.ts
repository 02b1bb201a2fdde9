const TAPS = 63;
const CENTRE = (TAPS - 1) / 2;

/** Cut at 3.6 kHz of 16 kHz: what would fold over is 70 dB down before it can be heard. */
const CUT = 3600 / 16_000;

/** A windowed sinc (Blackman), gain one at zero frequency. */
const FILTER = normalised(
  Float64Array.from({ length: TAPS }, (_, tap) => {
    const x = tap - CENTRE;
    const sinc = x === 0 ? 2 * CUT : Math.sin(2 * Math.PI * CUT * x) / (Math.PI * x);
    const turn = (2 * Math.PI * tap) / (TAPS - 1);
    return sinc * (0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn));
  }),
);

function normalised(taps: Float64Array): Float64Array {
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** 16 kHz to 8 kHz. The filter's own delay is taken out, so that times stay where they were. */
export function halveRate(samples: Int16Array): Float64Array {
  const halved = new Float64Array(Math.floor(samples.length / 2));
  for (let out = 0; out < halved.length; out += 1) {
    const first = out * 2 - CENTRE;
    const from = Math.max(0, -first);
    const to = Math.min(TAPS, samples.length - first);
    let sum = 0;
    for (let tap = from; tap < to; tap += 1) sum += (FILTER[tap] ?? 0) * (samples[first + tap] ?? 0);
    halved[out] = sum;
  }
  return halved;
}
