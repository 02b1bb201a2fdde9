import { mulaw } from 'alawmulaw';
import { expect, test } from 'vitest';
import { toLinear, toMulaw } from '../../../../src/emulators/voice/mulaw.ts';

test('all 256 codes decode as another G.711 decodes them', () => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
  expect(Int16Array.from(codes, toLinear)).toEqual(mulaw.decode(codes));
});

test('every sample encodes to the code of another G.711, to the step of 14 bits', () => {
  const samples = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
  const steps = samples.map((sample) => (sample >> 2) << 2);
  expect(Uint8Array.from(samples, toMulaw)).toEqual(mulaw.encode(steps));
});

test('beyond 16 bits it clips', () => {
  expect(toMulaw(1e6)).toBe(toMulaw(32_767));
  expect(toMulaw(-1e6)).toBe(toMulaw(-32_768));
});
