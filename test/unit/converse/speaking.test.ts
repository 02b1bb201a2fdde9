import { describe, expect, test } from 'vitest';
import {
  fromBase64,
  levelDbfs,
  msOfBytes,
  sampleOf,
  silence,
  toBase64,
} from '../../../src/converse/audio.ts';
import { BeepDetector } from '../../../src/converse/beep.ts';
import { heardCount, heardText, resumeAtMs } from '../../../src/converse/heardWords.ts';
import { turnLatency } from '../../../src/converse/latency.ts';
import { PhraseCache, phraseKey } from '../../../src/converse/phraseCache.ts';
import { Playout } from '../../../src/converse/playout.ts';
import { prepareConversation } from '../../../src/converse/prepareConversation.ts';
import { RenderQueue } from '../../../src/converse/renderQueue.ts';
import { CallRecorder } from '../../../src/converse/recordCall.ts';
import { NOTHING_SPENT, spend, unspent } from '../../../src/converse/unspent.ts';
import { voiceSettings } from '../../../src/converse/voiceSettings.ts';
import type { RenderedSpeech } from '../../../src/ports/speech.ts';
import { PLACE, confirmBrief } from '../../journey/converse/briefs.ts';
import { FakeVoice } from '../../journey/converse/fakes.ts';
import { virtualClock } from '../../support/virtualClock.ts';
import { mulaw } from 'alawmulaw';

const words = ['one', 'two', 'three', 'four'].map((word, i) => ({
  word,
  startMs: i * 300,
  endMs: i * 300 + 250,
}));

const record = () => {
  const callee: number[] = [];
  const agent: number[] = [];
  let closed = false;
  const recorder = new CallRecorder({
    write: (a, b) => {
      expect(a.length).toBe(b.length);
      callee.push(...a);
      agent.push(...b);
    },
    close: async () => {
      closed = true;
      return { durationMs: callee.length / 8 };
    },
  });
  return { recorder, callee, agent, isClosed: () => closed };
};
const sound = (bytes: number, value: number): Uint8Array => new Uint8Array(bytes).fill(value);

const speech = (bytes: number): RenderedSpeech => ({ mulaw: new Uint8Array(bytes), words: [] });

const tone = (hz: number, ms: number): Uint8Array =>
  mulaw.encode(
    Int16Array.from({ length: ms * 8 }, (_, i) =>
      Math.round(9_000 * Math.sin((2 * Math.PI * hz * i) / 8_000)),
    ),
  );
const beeps = (...parts: Uint8Array[]): number => {
  const detector = new BeepDetector();
  return parts
    .flatMap((part) =>
      Array.from({ length: Math.ceil(part.length / 160) }, (_, i) => part.subarray(i * 160, (i + 1) * 160)),
    )
    .filter((frame) => detector.hear(frame)).length;
};

describe('mu-law', () => {
  test('every byte has the value that another decoder gives it', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const theirs = mulaw.decode(codes);
    for (const code of codes) expect(sampleOf(code) * 32_768).toBe(theirs[code]);
  });

  test('silence is silent, base64 is reversible, eight bytes are a millisecond', () => {
    expect(levelDbfs(Float32Array.from(silence(256), sampleOf))).toBe(-100);
    expect([...fromBase64(toBase64(Uint8Array.of(1, 2, 255)))]).toEqual([1, 2, 255]);
    expect(msOfBytes(160)).toBe(20);
  });
});

describe('what was heard of us', () => {
  test('words whose last sample was played, never one more', () => {
    expect(heardText('One two, three four.', words, 0)).toBe('');
    expect(heardText('One two, three four.', words, 549)).toBe('One');
    expect(heardText('One two, three four.', words, 550)).toBe('One two,');
    expect(heardText('One two, three four.', words, 5_000)).toBe('One two, three four.');
    expect(heardText('No timings here', [], 900)).toBe('');
    expect(heardCount(words, 600)).toBe(2);
    expect(resumeAtMs(words, 700)).toBe(600);
  });

  test('the line plays in order at eight bytes a millisecond, and later than we think', () => {
    const playout = new Playout(100);
    expect(playout.queued(1, 0, 8_000, 500)).toBe(500);
    expect(playout.queued(1, 1, 8_000, 600)).toBe(1_500);
    expect(playout.heard(1, 1_700)).toEqual([
      { line: 0, heardMs: 1_000, whole: true },
      { line: 1, heardMs: 100, whole: false },
    ]);
    expect(playout.endsMs).toBe(2_500);
  });

  test('a mark of before a clear says nothing, and one of now ends its line', () => {
    const playout = new Playout(100);
    playout.queued(1, 0, 8_000, 0);
    const before = playout.markName(1, 0);
    playout.cleared(400);
    playout.queued(2, 0, 800, 400);
    expect(playout.marked(before, 410)).toBeNull();
    expect(playout.marked(playout.markName(2, 0), 700)).toEqual({ utterance: 2, line: 0 });
    expect(playout.delayMs).toBeGreaterThan(100);
    expect(playout.marked('nonsense', 800)).toBeNull();
  });
});

test('what was answered is spent: only the rest of a transcriber turn is new', () => {
  const spent = spend(NOTHING_SPENT, 3, 'Yes.');
  expect(unspent(spent, 3, 'Yes.')).toBe('');
  expect(unspent(spent, 3, 'Yes, but could it be later?')).toBe('but could it be later?');
  expect(unspent(spent, 4, 'Thursday')).toBe('Thursday');
  expect(unspent(spent, 2, 'old words')).toBe('');
});

test('the stages of a turn are counted from the end of speech', () => {
  const times = { startedMs: 900, quietMs: 2_000, wordsMs: 2_150, endpointMs: 2_200 };
  expect(turnLatency(4, { times, understoodMs: 2_210, understoodBy: 'rules' }, 2_260, 'cached')).toEqual({
    turn: 4,
    endpointMs: 200,
    transcriptMs: 150,
    understoodMs: 210,
    firstAudioMs: 260,
    understoodBy: 'rules',
    speech: 'cached',
  });
});

describe('the recording', () => {
  test('puts lost frames in as silence and drops what comes twice', async () => {
    const { recorder, callee } = record();
    recorder.callee(sound(160, 1), 0);
    recorder.callee(sound(160, 2), 40);
    recorder.callee(sound(160, 3), 40);
    recorder.callee(sound(160, 4), 50);
    await recorder.finish(100);
    expect(callee).toEqual([
      ...sound(160, 1),
      ...sound(160, 0xff),
      ...sound(160, 2),
      ...sound(80, 4),
      ...sound(240, 0xff),
    ]);
  });

  test('plays our side from when it was queued, and cuts it where the line was cleared', async () => {
    const { recorder, agent, isClosed } = record();
    recorder.callee(sound(160, 1), 0);
    recorder.agent(sound(200, 7));
    recorder.callee(sound(160, 1), 20);
    recorder.cleared();
    recorder.callee(sound(160, 1), 40);
    expect(await recorder.finish(60)).toEqual({ durationMs: 60 });
    expect(agent).toEqual([...sound(160, 0xff), ...sound(160, 7), ...sound(160, 0xff)]);
    expect(isClosed()).toBe(true);
  });

  test('is as long as the call even when nothing arrived', async () => {
    const { recorder, callee } = record();
    await recorder.finish(3_000);
    expect(callee.length).toBe(24_000);
  });
});

describe('the phrase cache', () => {
  const settings = voiceSettings(PLACE);
  test('a phrase is its text, voice, model and settings', () => {
    expect(phraseKey('Hello', settings)).toBe(phraseKey('Hello', { ...settings }));
    const others = [
      phraseKey('Hello.', settings),
      ...(['voiceId', 'model'] as const).map((k) => phraseKey('Hello', { ...settings, [k]: 'x' })),
      ...(['stability', 'similarity', 'speed'] as const).map((k) =>
        phraseKey('Hello', { ...settings, [k]: 0.1 }),
      ),
    ];
    expect(new Set([...others, phraseKey('Hello', settings)]).size).toBe(7);
  });

  test('is bounded: the least recently used goes first', () => {
    const cache = new PhraseCache(250, null);
    cache.put('a', settings, speech(100));
    cache.put('b', settings, speech(100));
    expect(cache.get('a', settings)).not.toBeNull();
    cache.put('c', settings, speech(100));
    expect(cache.get('b', settings)).toBeNull();
    expect(cache.get('a', settings)).not.toBeNull();
    expect(cache.bytes).toBe(200);
  });

  test('two who want the same phrase cause one rendering, and the store keeps it', async () => {
    const stored = new Map<string, RenderedSpeech>();
    const store = {
      load: async (key: string) => stored.get(key) ?? null,
      save: async (key: string, phrase: RenderedSpeech) => void stored.set(key, phrase),
    };
    const voice = new FakeVoice(virtualClock());
    const { signal } = new AbortController();
    const cache = new PhraseCache(1_000_000, store);
    await Promise.all([
      cache.ready('Hi there', settings, voice, signal),
      cache.ready('Hi there', settings, voice, signal),
    ]);
    expect(voice.rendered).toBe(1);
    const restarted = new PhraseCache(1_000_000, store);
    expect((await restarted.ready('Hi there', settings, voice, signal)).ok).toBe(true);
    expect(voice.rendered).toBe(1);
  });

  test("a call's lines are ready before it is answered; what cannot be rendered is counted", async () => {
    const voice = new FakeVoice(virtualClock());
    const clock = virtualClock();
    const phrases = new PhraseCache(64_000_000, null);
    const parts = { voice, phrases, clock, renderings: new RenderQueue(3) };
    const prepared = await prepareConversation(confirmBrief(), parts, new AbortController().signal);
    expect(prepared.failed).toBe(0);
    expect(prepared.ready).toBeGreaterThan(30);
    expect(phrases.get('Am I speaking with Jane Miller?', settings)).not.toBeNull();
    voice.broken = true;
    const other = { ...confirmBrief(), place: { ...PLACE, voiceId: 'voice-two' } };
    expect((await prepareConversation(other, parts, new AbortController().signal)).ready).toBe(0);
  });

  test('stops rendering when the call is given up', async () => {
    const voice = new FakeVoice(virtualClock());
    const stop = new AbortController();
    stop.abort();
    const phrases = new PhraseCache(64_000_000, null);
    const parts = { voice, phrases, clock: virtualClock(), renderings: new RenderQueue(3) };
    expect(await prepareConversation(confirmBrief(), parts, stop.signal)).toEqual({ ready: 0, failed: 0 });
  });
});

describe('the beep', () => {
  test.each([440, 853, 1_000, 1_400])('of %i Hz is heard when it ends', (hz) => {
    expect(beeps(silence(4_000), tone(hz, 500), silence(4_000))).toBe(1);
  });

  test('is neither a click nor silence nor two tones at once', () => {
    expect(beeps(silence(4_000), tone(1_000, 60), silence(4_000))).toBe(0);
    expect(beeps(silence(16_000))).toBe(0);
  });
});
