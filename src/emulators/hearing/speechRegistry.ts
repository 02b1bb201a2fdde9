import type { SpeechRegistry } from '../speech.ts';
import { createArchive } from './archive.ts';
import { createListener } from './listener.ts';

/** A registry that knows nothing yet; it keeps at most `mostBytes` of audio (an hour unless told otherwise). */
export function createSpeechRegistry(settings: { readonly mostBytes?: number } = {}): SpeechRegistry {
  const archive = createArchive(settings.mostBytes);
  return {
    register: (speech) => archive.add(speech),
    listen: () => createListener(archive),
  };
}
