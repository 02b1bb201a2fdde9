/** A recording off its store, in the form that somebody asked for. */
import type { AttemptId } from '../domain/ids.ts';
import type { Recordings } from '../ports/recordings.ts';
import { pcm16Wav, waveform } from './sound.ts';

export type RecordingForm = 'mulaw' | 'pcm16';

/** The whole file, as it came over the line or as every browser plays it; null when there is none. */
export async function readRecording(
  recordings: Recordings,
  attempt: AttemptId,
  form: RecordingForm,
): Promise<Uint8Array | null> {
  const file = await recordings.read(attempt);
  if (file === null) return null;
  return form === 'pcm16' ? pcm16Wav(file) : file;
}

/** The loudest moments of both sides, 0..1, in `columns` equal stretches; null when there is no recording. */
export async function readWaveform(
  recordings: Recordings,
  attempt: AttemptId,
  columns: number,
): Promise<ReturnType<typeof waveform> | null> {
  const file = await recordings.read(attempt);
  return file === null ? null : waveform(file, columns);
}
