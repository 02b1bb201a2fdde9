import { callSeconds } from '../call.ts';
import { newSid } from '../sids.ts';
import { orAbort } from '../time.ts';
import type { Params } from '../webhooks.ts';
import { goTo, NEXT_VERB, type Next, type Stage, warn } from './stage.ts';
import type { XmlElement } from './xml.ts';

/** Joins the call to a conference, or to a second call that it places. */
export async function dial(verb: XmlElement, stage: Stage): Promise<Next> {
  const conference = verb.children.find((child) => child.name === 'Conference');
  const number = verb.children.find((child) => child.name === 'Number')?.text ?? verb.text;
  let result: Params;
  if (conference !== undefined) {
    await enterConference(conference, stage);
    result = [['DialCallStatus', 'completed']];
  } else if (/^\+[1-9]\d{6,14}$/.test(number)) {
    result = await dialNumber(verb, number, stage);
  } else {
    stage.company.alerts.raise(13224, { callSid: stage.call.sid }, number);
    result = [['DialCallStatus', 'failed']];
  }
  const { action, method } = verb.attributes;
  return action === undefined ? NEXT_VERB : goTo(stage, action, method, result);
}

async function enterConference(conference: XmlElement, stage: Stage): Promise<void> {
  const { startConferenceOnEnter, endConferenceOnExit, muted, ...others } = conference.attributes;
  const silentlyFine = new Set(['beep', 'waitUrl', 'waitMethod', 'maxParticipants']);
  for (const name of Object.keys(others)) if (!silentlyFine.has(name)) warn(stage, `${name} of <Conference>`);
  const options = {
    startOnEnter: startConferenceOnEnter !== 'false',
    endOnExit: endConferenceOnExit === 'true',
    muted: muted === 'true',
  };
  await stage.company.rooms.stay(`conference ${conference.text}`, stage.leg, options, stage.signal);
}

async function dialNumber(verb: XmlElement, to: string, stage: Stage): Promise<Params> {
  const { timeout = '30', callerId = stage.call.request.from } = verb.attributes;
  const child = stage.dialer.dial(stage.call, { to, from: callerId, ringTimeoutMs: Number(timeout) * 1000 });
  const hangUp = (): void => child.hangUp();
  stage.signal.addEventListener('abort', hangUp, { once: true });
  try {
    const leg = await orAbort(child.answered, stage.signal);
    if (leg !== null) {
      const together = { startOnEnter: true, endOnExit: true, muted: false };
      const room = `call ${newSid('CF')}`;
      const { rooms } = stage.company;
      const left = new AbortController();
      void child.ended.then(() => left.abort());
      void rooms.stay(room, leg, together, left.signal).catch(() => undefined);
      await rooms.stay(room, stage.leg, together, stage.signal);
    }
    await child.ended;
    return [
      ['DialCallStatus', child.call.status],
      ['DialCallSid', child.call.sid],
      ['DialCallDuration', String(callSeconds(child.call) ?? 0)],
    ];
  } finally {
    stage.signal.removeEventListener('abort', hangUp);
  }
}
