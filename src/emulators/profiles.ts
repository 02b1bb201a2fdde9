/**
 * How late each part of the emulated world is: one table, every parameter in every profile.
 * A delay with a tail is lognormal (median and 95th percentile); one without is a constant.
 */

/** Milliseconds: the median, and the tail when one is known. `maxMs` cuts the tail off. */
export interface Delay {
  readonly p50Ms: number;
  readonly p95Ms?: number;
  readonly maxMs?: number;
}

export interface DelayProfile {
  /** From a word's audio to the transcriber's interim message about it. */
  readonly partialTranscript: Delay;
  /** From the transcriber's decision that speech ended to its message. */
  readonly finalTranscript: Delay;
  /** Silence, in audio time, after which a finished sentence is taken for the end of the turn. */
  readonly endOfTurn: Delay;
  /** How much earlier than the end of turn the eager end of turn comes, in audio time. */
  readonly eagerSaving: Delay;
  /** From the request to the model's first token. */
  readonly modelFirstToken: Delay;
  /** Between two tokens. */
  readonly modelPerToken: Delay;
  /** From the text to the first byte of its audio. */
  readonly synthesisFirstByte: Delay;
  /** Silence at the head of each piece of synthesised audio. */
  readonly synthesisLeadingSilence: Delay;
  /** Between two chunks of audio; a chunk is half a second, so that synthesis stays faster than speech. */
  readonly synthesisPerChunk: Delay;
  /** From the callee's microphone to the media websocket. */
  readonly lineToUs: Delay;
  /** From the media websocket to the callee's earpiece. */
  readonly lineFromUs: Delay;
}

export type ProfileName = 'zero' | 'brief' | 'peers' | 'measured';

const NONE: Delay = { p50Ms: 0 };

export const PROFILES: Readonly<Record<ProfileName, DelayProfile>> = {
  /** Nothing is late. The end of a turn still takes silence: the voices' longest pause inside a sentence is 231 ms. */
  zero: {
    partialTranscript: NONE,
    finalTranscript: NONE,
    endOfTurn: { p50Ms: 240 },
    eagerSaving: { p50Ms: 100 },
    modelFirstToken: NONE,
    modelPerToken: NONE,
    synthesisFirstByte: NONE,
    synthesisLeadingSilence: NONE,
    synthesisPerChunk: NONE,
    lineToUs: NONE,
    lineFromUs: NONE,
  },
  /** The latency budget this product was asked to meet: 150 + 100 + 450 + 150 + 100 ms; the network's share is for both ways. */
  brief: {
    partialTranscript: { p50Ms: 100 },
    finalTranscript: { p50Ms: 100 },
    endOfTurn: { p50Ms: 150 },
    eagerSaving: { p50Ms: 100 },
    modelFirstToken: { p50Ms: 450 },
    modelPerToken: { p50Ms: 8 },
    synthesisFirstByte: { p50Ms: 150 },
    synthesisLeadingSilence: NONE,
    synthesisPerChunk: { p50Ms: 10 },
    lineToUs: { p50Ms: 50 },
    lineFromUs: { p50Ms: 50 },
  },
  /** What comparable open projects assume: endpoint 300 + 60, model 300 + 12 a token, synthesis 100, no line delay. */
  peers: {
    partialTranscript: { p50Ms: 60 },
    finalTranscript: { p50Ms: 60 },
    endOfTurn: { p50Ms: 300 },
    eagerSaving: { p50Ms: 150 },
    modelFirstToken: { p50Ms: 300 },
    modelPerToken: { p50Ms: 12 },
    synthesisFirstByte: { p50Ms: 100 },
    synthesisLeadingSilence: NONE,
    synthesisPerChunk: { p50Ms: 10 },
    lineToUs: NONE,
    lineFromUs: NONE,
  },
  measured: {
    // Flux interim latency 140-180 ms: Deepgram support-toolkit sample output.
    partialTranscript: { p50Ms: 160, p95Ms: 180 },
    // Nova-3 final 247 ms (p95 298) after the end of speech, less the 200 ms VAD stop in it: pipecat-ai/stt-benchmark, 2026-06.
    finalTranscript: { p50Ms: 47, p95Ms: 98 },
    // Flux end of turn ~260 ms, p95 1.5 s, message included, so less the 47 above: Deepgram quickstart; together.ai model card.
    endOfTurn: { p50Ms: 213, p95Ms: 1450, maxMs: 5000 },
    // ~150 ms median, 350 ms in the top 5 %: Telnyx release note, 2026-01.
    eagerSaving: { p50Ms: 150, p95Ms: 350 },
    // Claude Haiku 4.5 time to the first answer token, 30-turn voice prompt, max 3152 ms: kwindla/aiewf-eval, 2026-08.
    modelFirstToken: { p50Ms: 637, p95Ms: 1615, maxMs: 3152 },
    // No published row for this prompt size: an assumed 100 tokens a second.
    modelPerToken: { p50Ms: 10, p95Ms: 20 },
    // ElevenLabs Flash v2.5 time to first audio 288 ms with network, IQR 28 (sigma 0.07): Coval, 2026-05-04.
    synthesisFirstByte: { p50Ms: 288, p95Ms: 323 },
    // In the 288 above: it was measured to the first audible sample.
    synthesisLeadingSilence: NONE,
    // Assumed: fifty times real time once the first byte is out.
    synthesisPerChunk: { p50Ms: 10 },
    // Twilio's edge: audio to the media edge 40, buffering 30, decoding 25 ms: core-latency guide, 2025-11.
    lineToUs: { p50Ms: 40 },
    lineFromUs: { p50Ms: 95 },
  },
};

/** The 95th percentile of a standard normal: sigma = ln(p95 / p50) / 1.645. */
const Z95 = 1.645;

/** One draw of a delay in ms; `random` gives 0..1 (two draws of it are used). The same seed gives the same delays. */
export function delayOf(delay: Delay, random: () => number): number {
  const { p50Ms, p95Ms, maxMs } = delay;
  if (p95Ms === undefined || p50Ms === 0) return p50Ms;
  const sigma = Math.log(p95Ms / p50Ms) / Z95;
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const normal = radius * Math.cos(2 * Math.PI * random());
  return Math.min(p50Ms * Math.exp(sigma * normal), maxMs ?? Number.POSITIVE_INFINITY);
}
