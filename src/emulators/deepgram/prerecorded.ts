import { createHash, randomUUID } from 'node:crypto';

import type { JsonObject } from '../wire/json.ts';
import { alternativeOf, MODEL_UUID, modelInfo, wordOf } from './novaWords.ts';
import type { PrerecordedQuery } from './query.ts';
import { type RecognisedWord, Recogniser, transcriptOf } from './recognition.ts';
import { deinterleave, readWav } from './wav.ts';
import { type DeepgramWorld, seconds } from './world.ts';

/** Silence that separates two utterances; the vendor's default. */
const UTTERANCE_GAP_MS = 800;

/** The transcript of a recording, each channel for itself when `multichannel`; undefined when the audio cannot be read. */
export function transcribe(
  audio: Buffer,
  query: PrerecordedQuery,
  world: DeepgramWorld,
): JsonObject | undefined {
  const all = query.rawChannels === null ? readWav(audio) : deinterleave(audio, query.rawChannels);
  if (all === undefined || audio.length === 0) return undefined;
  const channels = query.multichannel ? all : all.slice(0, 1);
  const heard = channels.map((mulaw) => {
    const recogniser = new Recogniser(world.registry.listen(), world.wordErrorRate, world.random);
    return [...recogniser.take(mulaw)].flatMap(({ words }) => words);
  });
  return {
    metadata: {
      transaction_key: 'deprecated',
      request_id: randomUUID(),
      sha256: createHash('sha256').update(audio).digest('hex'),
      created: new Date().toISOString(),
      duration: seconds((all[0]?.length ?? 0) / 8),
      channels: channels.length,
      models: [MODEL_UUID],
      model_info: { [MODEL_UUID]: modelInfo(query.model) },
    },
    results: {
      channels: heard.map((words) => ({ alternatives: [alternativeOf(words, query.formatted)] })),
      ...(query.utterances
        ? { utterances: heard.flatMap((words, channel) => utterances(words, channel, query)) }
        : {}),
    },
  };
}

function utterances(
  words: readonly RecognisedWord[],
  channel: number,
  query: PrerecordedQuery,
): readonly JsonObject[] {
  const runs: RecognisedWord[][] = [];
  for (const word of words) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run === undefined || last === undefined || word.startMs - last.endMs >= UTTERANCE_GAP_MS)
      runs.push([word]);
    else run.push(word);
  }
  return runs.map((run) => ({
    start: seconds(run[0]?.startMs ?? 0),
    end: seconds(run.at(-1)?.endMs ?? 0),
    confidence:
      Math.round((run.reduce((sum, { confidence }) => sum + confidence, 0) / run.length) * 1e4) / 1e4,
    channel,
    transcript: transcriptOf(run),
    words: run.map((word) => wordOf(word, query.formatted)),
    id: randomUUID(),
  }));
}
