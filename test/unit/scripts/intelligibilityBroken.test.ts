/** What the judge finds without a recogniser in recordings that were broken on purpose. */
import { alaw, mulaw } from 'alawmulaw';
import { describe, expect, test } from 'vitest';
import { judgeCall } from '../../../scripts/intelligibility/judge.ts';
import type { Call, Said } from '../../../scripts/intelligibility/night.ts';
import type { Stereo } from '../../../scripts/intelligibility/stereo.ts';
import { seededRandom } from '../../support/seededRandom.ts';

const PER_MS = 8;
const CALL_MS = 6_000;
/** How much later than the handset our recording has the callee, and the agent. */
const LAG_MS = { callee: 40, agent: -100 } as const;

interface Word {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

const AGENT: readonly Word[] = [
  { word: 'Is', startMs: 1_000, endMs: 1_300 },
  { word: 'this', startMs: 1_300, endMs: 1_700 },
  { word: 'Ann?', startMs: 1_700, endMs: 2_100 },
  { word: 'Goodbye.', startMs: 4_000, endMs: 4_600 },
];
const CALLEE: readonly Word[] = [
  { word: 'Yes,', startMs: 2_600, endMs: 2_900 },
  { word: 'me.', startMs: 2_900, endMs: 3_300 },
];

/** Sound that never repeats, at the level of speech, where words are; silence elsewhere. */
function channel(words: readonly Word[], lagMs: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const out = new Uint8Array(CALL_MS * PER_MS).fill(0xff);
  for (const { startMs, endMs } of words) {
    for (let at = startMs * PER_MS; at < endMs * PER_MS; at++) {
      out[at + lagMs * PER_MS] = mulaw.encodeSample(Math.round((random.next() - 0.5) * 16_000));
    }
  }
  return out;
}

const heard = (kind: 'said' | 'heard', words: readonly Word[]): Said => ({
  kind,
  atMs: words[0]?.startMs ?? 0,
  endMs: words.at(-1)?.endMs ?? 0,
  text: words.map(({ word }) => word).join(' '),
  words: [...words],
});

const OURS: Stereo = { left: channel(CALLEE, LAG_MS.callee, 1), right: channel(AGENT, LAG_MS.agent, 2) };

function call(ours: Stereo | string): Call {
  return {
    attempt: 'a',
    persona: 'p',
    durationMs: CALL_MS,
    ours,
    handset: { left: channel(CALLEE, 0, 1), right: channel(AGENT, 0, 2) },
    said: [heard('said', CALLEE)],
    heard: [heard('heard', AGENT)],
    transcript: [
      { party: 'agent', text: 'Is this Ann?', fromMs: 880, toMs: 2_050 },
      { party: 'callee', text: 'Yes, me.', fromMs: 2_640, toMs: 3_340 },
      { party: 'agent', text: 'Goodbye.', fromMs: 3_890, toMs: 4_550 },
    ],
  };
}

const faultsOf = (ours: Stereo | string): string => judgeCall(call(ours)).exact.faults.join('; ');
const changed = (audio: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array => {
  const copy = Uint8Array.from(audio);
  change(copy);
  return copy;
};
const without = (audio: Uint8Array, fromMs: number, toMs: number): Uint8Array =>
  Uint8Array.from([...audio.subarray(0, fromMs * PER_MS), ...audio.subarray(toMs * PER_MS)]);

const asALaw = (audio: Uint8Array): Uint8Array => mulaw.encode(alaw.decode(audio));
const halfSpeed = (audio: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: audio.length * 2 }, (_, index) => audio[Math.floor(index / 2)] ?? 0xff);
const cutShort = (audio: Uint8Array): Uint8Array => audio.subarray(0, (CALL_MS - 400) * PER_MS);

describe('a recording that was broken', () => {
  test('is clean as long as nothing was done to it', () => {
    const { exact, lines } = judgeCall(call(OURS));
    expect(exact).toMatchObject({ faults: [], same: { agent: 1, callee: 1 }, holes: [], clipped: 0 });
    expect(exact.loudMs.agent).toBeGreaterThan(1_500);
    expect(lines.map(({ side, words }) => `${side}: ${words.join(' ')}`)).toEqual([
      'agent: is this ann',
      'agent: goodbye',
      'callee: yes me',
    ]);
  });

  test('is found when it was decoded as A-law', () => {
    const found = faultsOf({ left: asALaw(OURS.left), right: asALaw(OURS.right) });
    expect(found).toContain('0.0 % of the agent as at the handset');
    expect(found).toContain('0.0 % of the callee as at the handset');
  });

  test('is found when it plays at half the speed', () => {
    const found = faultsOf({ left: halfSpeed(OURS.left), right: halfSpeed(OURS.right) });
    expect(found).toContain("6000 ms beside the call's length");
    expect(found).toContain('0.0 % of the agent as at the handset');
  });

  test('is found when a piece of a word was cut out', () => {
    const found = faultsOf({ left: OURS.left, right: without(OURS.right, 1_300, 1_400) });
    expect(found).toMatch(/9\d\.\d % of the agent as at the handset/);
  });

  test('is found when its end is missing', () => {
    const found = faultsOf({ left: cutShort(OURS.left), right: cutShort(OURS.right) });
    expect(found).toBe("-400 ms beside the call's length: starts 0 ms late, ends 400 ms early");
  });

  test('is found when its sides are swapped', () => {
    const found = faultsOf({ left: OURS.right, right: OURS.left });
    expect(found).toContain('0.0 % of the agent as at the handset');
    expect(found).toContain('0.0 % of the callee as at the handset');
  });

  test('is found when one frame inside a word is silent', () => {
    const holed = changed(OURS.right, (copy) => copy.fill(0xff, 1_350 * PER_MS, 1_370 * PER_MS));
    expect(faultsOf({ left: OURS.left, right: holed })).toContain('holes in words: this at 1.3 s');
  });

  test('is found when two frames changed places', () => {
    const swapped = changed(OURS.right, (copy) => {
      const [first, second] = [copy.slice(9_600, 9_760), copy.slice(9_760, 9_920)];
      copy.set(second, 9_600);
      copy.set(first, 9_760);
    });
    const { same } = judgeCall(call({ left: OURS.left, right: swapped })).exact;
    expect(same.agent).toBeLessThan(1);
  });

  test('is found when it is overdriven', () => {
    const loud = mulaw.encode(
      mulaw.decode(OURS.right).map((sample) => Math.max(-32_768, Math.min(32_767, sample * 20))),
    );
    expect(faultsOf({ left: OURS.left, right: loud })).toMatch(/clipped in \d+ places/);
  });

  test('is found when one side is silent', () => {
    expect(faultsOf({ left: new Uint8Array(OURS.left.length).fill(0xff), right: OURS.right })).toContain(
      'the callee is heard for 0 ms',
    );
  });

  test('is found when it cannot be read', () => {
    expect(faultsOf('has no audio')).toBe('the recording has no audio');
  });
});
