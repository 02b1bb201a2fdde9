import { describe, expect, test } from 'vitest';
import { wavHeader } from '../../../src/adapters/disk/stereoWav.ts';
import { rangeOf } from '../../../src/web/recordingRoutes.ts';
import { from, pages, recordingsOf } from '../../support/nightPages.ts';

const SAMPLES = 800;

/** The callee speaks in the first half, the agent in the second; 0x10 is loud, 0xff is silence. */
function recording(): Uint8Array {
  const data = new Uint8Array(2 * SAMPLES).fill(0xff);
  for (let i = 0; i < SAMPLES; i += 1) data[2 * i + (i < SAMPLES / 2 ? 0 : 1)] = 0x10;
  return Uint8Array.from([...wavHeader(data.length), ...data]);
}

const FILE = recording();
const app = pages({ recordings: () => recordingsOf('a1', FILE) });
const ask = (path: string, headers: Record<string, string> = {}) =>
  app.request(`http://localhost/api/calls/${path}`, { headers }, from('127.0.0.1'));
const bytes = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

test('the recording is sent as it lies on the disk', async () => {
  const answer = await ask('a1/recording.wav');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('audio/wav');
  expect(answer.headers.get('accept-ranges')).toBe('bytes');
  expect(await bytes(answer)).toEqual(FILE);
});

test('as PCM it is 16-bit stereo at 8 kHz with the sides where they were', async () => {
  const wav = await bytes(await ask('a1/recording.wav?format=pcm'));
  const view = new DataView(wav.buffer);
  expect(wav).toHaveLength(44 + 4 * SAMPLES);
  expect([
    view.getUint16(20, true),
    view.getUint16(22, true),
    view.getUint32(24, true),
    view.getUint16(34, true),
  ]).toEqual([1, 2, 8_000, 16]);
  const early = 44 + 4 * 10;
  const late = 44 + 4 * (SAMPLES - 10);
  expect(Math.abs(view.getInt16(early, true))).toBeGreaterThan(10_000);
  expect(view.getInt16(early + 2, true)).toBe(0);
  expect(view.getInt16(late, true)).toBe(0);
  expect(Math.abs(view.getInt16(late + 2, true))).toBeGreaterThan(10_000);
});

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=100-', 100, FILE.length],
  ['bytes=-50', FILE.length - 50, FILE.length],
  [`bytes=${FILE.length - 1}-${FILE.length + 99}`, FILE.length - 1, FILE.length],
  ['bytes=-999999', 0, FILE.length],
])('the range %s is sent alone', async (range, fromByte, toByte) => {
  const answer = await ask('a1/recording.wav', { range });
  expect(answer.status).toBe(206);
  expect(answer.headers.get('content-range')).toBe(`bytes ${fromByte}-${toByte - 1}/${FILE.length}`);
  expect(await bytes(answer)).toEqual(FILE.slice(fromByte, toByte));
});

test.each([
  `bytes=${FILE.length}-`,
  'bytes=9-3',
  'bytes=-0',
  'bytes=-',
  'bytes=0-1,5-9',
  'lines=1-2',
  'bytes=a-b',
])('the range %s cannot be had', async (range) => {
  const answer = await ask('a1/recording.wav', { range });
  expect(answer.status).toBe(416);
  expect(answer.headers.get('content-range')).toBe(`bytes */${FILE.length}`);
});

test('an empty file has no range', () => {
  expect(rangeOf('bytes=0-', 0)).toBeNull();
  expect(rangeOf('bytes=-5', 0)).toBeNull();
});

test('the outline has both sides, a number of columns that was asked for', async () => {
  const drawn: unknown = await (await ask('a1/waveform?columns=4')).json();
  expect(drawn).toMatchObject({ callee: [expect.any(Number), expect.any(Number), 0, 0] });
  expect(drawn).toMatchObject({ agent: [0, 0, expect.any(Number), expect.any(Number)] });
  expect(await (await ask('a1/waveform')).json()).toMatchObject({ callee: { length: 800 } });
});

describe('what cannot be sent', () => {
  test.each([
    ['a1/recording.wav?format=mp3', 400],
    ['a1/waveform?columns=0', 400],
    ['a1/waveform?columns=99999', 400],
    ['a1/waveform?columns=-1', 400],
    ['a1/waveform?columns=1e3', 400],
    ['a2/recording.wav', 404],
    ['a2/waveform', 404],
    ['..%2fa1/recording.wav', 404],
  ])('%s is answered with %i', async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  test('there are none in a process that keeps none', async () => {
    const without = await pages().request('http://localhost/api/calls/a1/recording.wav', {}, from('::1'));
    expect(without.status).toBe(404);
  });
});
