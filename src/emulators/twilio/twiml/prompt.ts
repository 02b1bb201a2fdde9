import { encodeMulaw } from '../mulaw.ts';
import { Playout } from '../playout.ts';
import { orAbort, wait } from '../time.ts';
import { mulawOfWav } from '../wav.ts';
import { resolve, type Stage, warn } from './stage.ts';
import type { XmlElement } from './xml.ts';

/** A conversational pace: what `<Say>` takes, since its words are not spoken here. */
const SAY_MS_PER_CHARACTER = 65;

/** Performs a verb that only makes sound, or silence. */
export async function prompt(verb: XmlElement, stage: Stage): Promise<void> {
  const times = Math.max(1, Number(verb.attributes['loop'] ?? '1') || 1);
  if (verb.name === 'Play') await play(verb, stage, times);
  else if (verb.name === 'Say') {
    await wait(stage.company.time, verb.text.length * SAY_MS_PER_CHARACTER * times, stage.signal);
  } else if (verb.name === 'Pause') {
    await wait(stage.company.time, Number(verb.attributes['length'] ?? '1') * 1000, stage.signal);
  } else warn(stage, `<${verb.name}> is no prompt`);
}

/** Plays a WAV of 8 kHz mono (PCM or mu-law) or bare mu-law (`audio/basic`); other audio is skipped with a warning. */
async function play(verb: XmlElement, stage: Stage, times: number): Promise<void> {
  const { company, call, leg, signal } = stage;
  const url = resolve(stage, verb.text);
  if (verb.text === '' || url === null) {
    warn(stage, '<Play> without a URL');
    return;
  }
  const answer = await orAbort(
    company.webhooks.send({
      purpose: 'media',
      url,
      method: 'GET',
      to: call.request.to,
      callSid: call.sid,
      params: [],
    }),
    signal,
  );
  if (answer.kind === 'failed') {
    company.alerts.raise(11200, { callSid: call.sid, url }, `HTTP ${answer.status}`);
    return;
  }
  const bare = answer.contentType.startsWith('audio/basic') || answer.contentType.startsWith('audio/x-mulaw');
  const audio = bare ? answer.body : mulawOfWav(answer.body, encodeMulaw);
  if (audio === null) {
    warn(stage, `<Play> of ${answer.contentType}`);
    return;
  }
  const playout = new Playout();
  for (let time = 0; time < times; time += 1) playout.put(audio);
  await orAbort(
    new Promise<void>((heard) => {
      const unplug = leg.plug({
        speak: (frame) => {
          playout.play(frame);
          if (playout.queuedBytes > 0) return;
          unplug();
          heard();
        },
      });
      signal.addEventListener('abort', unplug, { once: true });
    }),
    signal,
  );
}
