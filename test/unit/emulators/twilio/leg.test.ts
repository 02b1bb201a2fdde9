import { expect, test } from 'vitest';
import type { Handset } from '../../../../src/emulators/phone.ts';
import { framesOf } from '../../../../src/emulators/twilio/delayLine.ts';
import { Leg } from '../../../../src/emulators/twilio/leg.ts';
import { decodeMulaw, encodeMulaw, mix } from '../../../../src/emulators/twilio/mulaw.ts';
import { Ticker } from '../../../../src/emulators/twilio/ticker.ts';

/** A handset that counts frames aloud and remembers what it heard. */
function counting(heard: number[]): Handset {
  let said = 0;
  return {
    connected: () => undefined,
    tick: (earpiece) => {
      heard.push(earpiece[0] ?? -1);
      said += 1;
      return new Uint8Array(160).fill(said);
    },
    disconnected: () => undefined,
  };
}

test('sound takes exactly its frames each way, and recordings hear it as it passes in between', () => {
  const heard: number[] = [];
  const arrived: number[] = [];
  const taped: [number, number][] = [];
  const ticker = new Ticker(() => 0);
  const leg = new Leg(counting(heard), ticker, { toUs: 40, fromUs: 60 }, () => undefined);
  let spoken = 100;
  leg.plug({
    speak: (out) => {
      spoken += 1;
      out.fill(spoken);
    },
    hear: (said) => arrived.push(said[0] ?? -1),
  });
  leg.taps.add((inbound, outbound) => taped.push([inbound[0] ?? -1, outbound[0] ?? -1]));
  for (let tick = 1; tick <= 6; tick += 1) leg.tick(tick);
  expect(heard).toEqual([0xff, 0xff, 0xff, 101, 102, 103]);
  expect(arrived).toEqual([0xff, 0xff, 1, 2, 3, 4]);
  expect(taped).toEqual([
    [0xff, 101],
    [0xff, 102],
    [1, 103],
    [2, 104],
    [3, 105],
    [4, 106],
  ]);
});

test.each([
  [
    { toUs: 0, fromUs: 0 },
    { toUs: 0, fromUs: 0 },
  ],
  [
    { toUs: 50, fromUs: 50 },
    { toUs: 2, fromUs: 3 },
  ],
  [
    { toUs: 40, fromUs: 95 },
    { toUs: 2, fromUs: 5 },
  ],
  [
    { toUs: 10, fromUs: 0 },
    { toUs: 0, fromUs: 1 },
  ],
])('a delay of %o is %o frames: there and back together is right to a frame', (delay, frames) => {
  expect(framesOf(delay)).toEqual(frames);
});

test('unplugging leaves alone what was plugged since', () => {
  const heard: number[] = [];
  const leg = new Leg(counting(heard), new Ticker(() => 0), { toUs: 0, fromUs: 0 }, () => undefined);
  const unplugFirst = leg.plug({ speak: (out) => out.fill(1) });
  leg.plug({ speak: (out) => out.fill(2) });
  unplugFirst();
  leg.tick(1);
  expect(heard).toEqual([2]);
});

test('mu-law survives a round trip, all 256 codes but the negative zero', () => {
  for (let code = 0; code < 256; code += 1) {
    if (code !== 0x7f) expect(encodeMulaw(decodeMulaw(code))).toBe(code);
  }
  expect([decodeMulaw(0x00), decodeMulaw(0x80), decodeMulaw(0xff)]).toEqual([-32_124, 32_124, 0]);
});

const frame = (sample: number): Uint8Array => new Uint8Array(160).fill(encodeMulaw(sample));

test('mixing adds what is said and clips what is too loud', () => {
  expect(decodeMulaw(mix([frame(1000), frame(2000)])[7] ?? 0)).toBeGreaterThan(2800);
  expect(decodeMulaw(mix([frame(1000), frame(-1000)])[7] ?? 0)).toBe(0);
  expect(decodeMulaw(mix([frame(32_000), frame(32_000)])[7] ?? 0)).toBe(32_124);
  expect(mix([])).toEqual(new Uint8Array(160).fill(0xff));
});
