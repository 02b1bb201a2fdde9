/** What stands above every page: whose night it is, what the time is there, and what of it is not real. */
import { at, say, show } from './dom.js';

export function showHead(head) {
  say(at('practice'), head.practice ?? 'No practice yet');
  say(at('date'), head.dateWords);
  say(at('now'), head.now === '' ? '' : `${head.now} at the practice`);
  show(at('paused'), head.paused);
  const notes = [];
  if (head.emulated.length > 0) notes.push(`Emulated, for want of credentials: ${head.emulated.join(', ')}.`);
  if (head.demoClock) notes.push('No real phone rings. The clock is the demo’s, set to an evening at the practice.');
  say(at('emulated'), notes.join(' '));
  show(at('emulated'), notes.length > 0);
}

/** Asks our own server. Throws an Error with words for the reader. */
export async function ask(path) {
  let answer;
  try {
    answer = await fetch(path, { headers: { accept: 'application/json' } });
  } catch {
    throw new Error('Rollcall does not answer. Is it still running?');
  }
  if (answer.status === 401 || answer.status === 403) {
    location.reload();
    throw new Error('You have been signed out.');
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(body.error ?? 'Rollcall could not answer.'), { status: answer.status, body });
  return body;
}
