/** The recording: drawn from peaks that the server worked out, played by the browser, and one position for both. */
import { at, clock } from './dom.js';
import { ask } from './ask.js';

const COLUMNS = 1000;
const STEP_SECONDS = 5;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws one side; played columns in full colour, those to come paler. */
function drawLane(context, peaks, tint, { top, height, width, played }) {
  context.fillStyle = tint;
  const step = width / peaks.length;
  peaks.forEach((peak, index) => {
    // The ear hears loudness as a power of the amplitude; quiet speech would be a flat line otherwise.
    const tall = Math.max(1, Math.sqrt(peak) * (height - 6));
    context.globalAlpha = index * step <= played ? 1 : 0.45;
    context.fillRect(index * step, top + (height - tall) / 2, Math.max(step * 0.75, 0.5), tall);
  });
  context.globalAlpha = 1;
}

function draw(peaks, share) {
  const canvas = at('canvas');
  const { width, height } = canvas.getBoundingClientRect();
  if (width === 0) return;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  const played = share * width;
  drawLane(context, peaks.callee, colour('--callee'), { top: 0, height: height / 2, width, played });
  drawLane(context, peaks.agent, colour('--agent'), { top: height / 2, height: height / 2, width, played });
  context.fillStyle = colour('--ink');
  context.fillRect(Math.min(width - 2, played), 0, 2, height);
}

/**
 * Opens the player of a call.
 * @param onTime is told the position in milliseconds whenever it changes
 * @returns `{ seek(ms) }`, which also plays
 */
export async function openPlayer(attempt, lengthMs, onTime) {
  const base = `/api/calls/${encodeURIComponent(attempt)}/recording.wav`;
  const audio = at('audio');
  const wave = at('wave');
  at('mulaw').href = base;
  at('pcm').href = `${base}?format=pcm`;
  audio.src = `${base}?format=pcm`;
  const peaks = await ask(`/api/calls/${encodeURIComponent(attempt)}/waveform?columns=${COLUMNS}`);
  const length = () =>
    Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : lengthMs / 1000;

  const paint = () => {
    const seconds = audio.currentTime;
    draw(peaks, seconds / length());
    wave.setAttribute('aria-valuemax', String(Math.round(length())));
    wave.setAttribute('aria-valuenow', String(Math.round(seconds)));
    wave.setAttribute('aria-valuetext', `${clock(seconds * 1000)} of ${clock(length() * 1000)}`);
    onTime(seconds * 1000);
  };
  const follow = () => {
    paint();
    if (!audio.paused) requestAnimationFrame(follow);
  };
  const go = (seconds) => {
    audio.currentTime = Math.min(Math.max(0, seconds), length());
    paint();
  };

  audio.addEventListener('play', follow);
  for (const event of ['pause', 'seeked', 'loadedmetadata', 'ended']) audio.addEventListener(event, paint);
  wave.addEventListener('pointerdown', (event) => {
    const box = wave.getBoundingClientRect();
    go(((event.clientX - box.left) / box.width) * length());
  });
  wave.addEventListener('keydown', (event) => {
    const steps = {
      ArrowLeft: -STEP_SECONDS,
      ArrowDown: -STEP_SECONDS,
      ArrowRight: STEP_SECONDS,
      ArrowUp: STEP_SECONDS,
    };
    if (event.key in steps) go(audio.currentTime + steps[event.key]);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(length());
    else if (event.key === ' ' || event.key === 'Enter') void (audio.paused ? audio.play() : audio.pause());
    else return;
    event.preventDefault();
  });
  new ResizeObserver(paint).observe(wave);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  paint();
  return {
    seek(ms) {
      go(ms / 1000);
      void audio.play();
    },
  };
}
