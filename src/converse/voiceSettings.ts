import type { BriefedPlace } from '../domain/conversation.ts';

/** How the agent sounds at a place: ElevenLabs' fastest model, settled enough for dates and a little slower than its default. */
export const voiceSettings = (place: BriefedPlace) => ({
  voiceId: place.voiceId,
  model: 'eleven_flash_v2_5',
  stability: 0.6,
  similarity: 0.75,
  speed: 0.97,
});
