/** What stands above every page: whose night it is, what the time is there, and what of it is not real. */
import { at, say, show } from './dom.js';

export function showHead(head) {
  say(at('practice'), head.practice ?? 'No practice yet');
  say(at('date'), head.dateWords);
  say(at('now'), head.now === '' ? '' : `${head.now} at the practice`);
  show(at('paused'), head.paused);
  const notes = [];
  if (head.emulated.length > 0) notes.push(`Emulated, for want of credentials: ${head.emulated.join(', ')}.`);
  if (head.demoClock)
    notes.push('No real phone rings. The clock is the demo’s, set to an evening at the practice.');
  say(at('emulated'), notes.join(' '));
  show(at('emulated'), notes.length > 0);
}
