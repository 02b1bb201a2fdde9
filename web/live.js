/** Follows the night: a stream while there is one, asking every few seconds while there is none. */
import { ask } from './ask.js';

const QUIET_MS = 40_000;
const POLL_MS = 3_000;
const STREAM_AGAIN_MS = 15_000;

/**
 * @param onNight is given each new picture of the night
 * @param onState is told `live`, `polling` or `away`
 */
export function followNight(onNight, onState) {
  let stream = null;
  let heardAt = 0;
  let polling = null;

  const heard = () => {
    heardAt = Date.now();
    if (polling !== null) clearInterval(polling);
    polling = null;
    onState('live');
  };
  const poll = async () => {
    try {
      onNight(await ask('/api/night'));
      if (polling !== null) onState('polling');
    } catch {
      if (polling !== null) onState('away');
    }
  };
  const lose = () => {
    if (polling !== null) return;
    polling = setInterval(poll, POLL_MS);
    void poll();
  };
  const open = () => {
    if (stream !== null) stream.close();
    heardAt = Date.now();
    stream = new EventSource('/api/night/live');
    stream.addEventListener('night', (event) => {
      heard();
      onNight(JSON.parse(event.data));
    });
    stream.addEventListener('still_here', heard);
    stream.addEventListener('error', lose);
  };
  // The browser opens a dropped stream again by itself; one that was refused, or that is open and silent, it does not.
  setInterval(() => {
    if (stream.readyState === EventSource.CLOSED || Date.now() - heardAt > QUIET_MS) {
      lose();
      open();
    }
  }, STREAM_AGAIN_MS);
  open();
}
