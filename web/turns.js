/** Each turn's time from the end of the callee's speech to our first audio, and where it went. */
import { clock, h, millis } from './dom.js';

/** Each stage is measured from the same moment; what it added is what lies between it and the one before. */
const STAGES = [
  ['endpointMs', 'endpoint', 'sure that the callee is done'],
  ['transcriptMs', 'words-final', 'words final'],
  ['understoodMs', 'understood', 'understood'],
  ['firstAudioMs', 'audio', 'first audio'],
];

const BY = { rules: 'by rules', model: 'by the language model', fallback: 'by fallback' };
const SPEECH = { cached: 'answer spoken ahead of time', streamed: 'answer synthesised on the spot' };

function bar(turn, longestMs) {
  let reached = 0;
  const parts = STAGES.map(([field, name, title]) => {
    const part = h('i', { class: name, title: `${title}: ${millis(turn[field])}` });
    const until = Math.max(reached, turn[field]);
    part.style.width = `${(100 * (until - reached)) / longestMs}%`;
    reached = until;
    return part;
  });
  return h(
    'div.bars',
    {
      role: 'img',
      'aria-label': STAGES.map(([field, , title]) => `${title} after ${millis(turn[field])}`).join(', '),
    },
    ...parts,
  );
}

/** Rows of the table of turns; `seek` jumps in the recording, null when there is none. */
export function turnRows(turns, seek) {
  const longestMs = Math.max(1000, ...turns.map((turn) => turn.firstAudioMs));
  return turns.map((turn) => {
    // From a little before the callee has finished, so that the pause itself is heard.
    const fromMs = turn.atMs === null ? null : Math.max(0, turn.atMs - turn.firstAudioMs - 1500);
    const jump =
      fromMs === null || seek === null
        ? turn.turn
        : h(
            'button',
            { type: 'button', 'aria-label': `Play turn ${turn.turn}`, click: () => seek(fromMs) },
            `${turn.turn} · ${clock(fromMs)}`,
          );
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, jump),
      h(
        'td',
        {},
        h('span.small.muted', {}, `understood ${BY[turn.understoodBy]}, ${SPEECH[turn.speech]}`),
        bar(turn, longestMs),
      ),
      h('td.number', {}, millis(turn.firstAudioMs)),
    );
  });
}
