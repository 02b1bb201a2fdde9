/** One call: what was said, when, how fast, by which rules; and its recording, with the transcript following. */
import { at, clock, h, millis, say, show } from './dom.js';
import { ask } from './ask.js';
import { openPlayer } from './player.js';
import { turnRows } from './turns.js';

const AGAIN_MS = 2000;
const attempt = decodeURIComponent(location.pathname.split('/')[2] ?? '');
let player = null;
let lines = [];

function fact(name, value) {
  return value === '' || value === null ? null : h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

function transcriptLine(line) {
  const name = line.party === 'agent' ? 'Agent' : 'Callee';
  const text = h('span.text', {}, line.text);
  if (line.cut === true) text.append(' ', h('span.cut', {}, '— cut off by the callee'));
  const button = h(
    'button',
    { type: 'button', class: line.party, click: () => player?.seek(line.fromMs) },
    h('time', {}, clock(line.fromMs)),
    h('span.party', {}, name),
    text,
  );
  return { line, button, node: h('li', {}, button) };
}

/** The line that is being said, or the last one that was: exactly one is marked. */
function onTime(ms) {
  const current = lines.findLast(({ line }) => line.fromMs <= ms);
  for (const { button } of lines)
    if (button === current?.button && ms > 0) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
}

function section(name, items, toRow) {
  at(name).replaceChildren(...items.map(toRow));
  show(at(`${name}-card`), items.length > 0);
}

const cell = (label, ...children) => h('td', { 'data-label': label }, ...children);
const head = (label, ...children) => h('th', { scope: 'row', 'data-label': label }, ...children);

function showCall(page) {
  const { call } = page;
  document.title = `${call.who} · Rollcall`;
  say(at('who'), call.who);
  say(at('about'), `${call.purpose}, ${call.where} · ${page.placed}`);
  const results = call.state === null ? call.results.map((result) => result.words) : [call.state];
  at('results').replaceChildren(...results.map((words) => h('span.chip', {}, words)));
  const facts = [
    fact('On the line', page.onTheLine),
    fact('Ended', page.endedBy),
    fact('Length', call.seconds === null ? '' : clock(call.seconds * 1000)),
    fact(
      'Answers after',
      call.latencyMs === null ? '' : `${millis(call.latencyMs)} (median, as handed to the line)`,
    ),
    fact('Call', call.attempt),
  ].filter((one) => one !== null);
  at('facts').replaceChildren(...facts);
  lines = page.transcript.map(transcriptLine);
  at('transcript').replaceChildren(...lines.map((line) => line.node));
  show(at('transcript-none'), lines.length === 0);
  section('path', page.path, ({ words, atMs }) =>
    h('li', {}, words, atMs === null ? null : h('span', {}, clock(atMs))),
  );
  section('understood', page.understood, ({ words, by, atMs }) =>
    h('tr', {}, head('At', clock(atMs)), cell('Meaning', words), cell('Understood by', by)),
  );
  section('failures', page.failures, ({ words, atMs }) =>
    h('tr', {}, head('At', clock(atMs)), cell('What', words)),
  );
  section('rules', page.rules, ({ words, verdict, detail }) =>
    h('tr', {}, head('Rule', words), cell('Says', verdict), cell('Because', detail)),
  );
  for (const id of ['call', 'facts-card', 'details']) show(at(id), true);
}

function showTurns(turns) {
  at('turns').replaceChildren(...turnRows(turns, player === null ? null : (ms) => player.seek(ms)));
  show(at('turns-none'), turns.length === 0);
  show(at('turns-table'), turns.length > 0);
}

async function load() {
  const page = await ask(`/api/calls/${encodeURIComponent(attempt)}`);
  showCall(page);
  const isOver = page.call.state === null;
  if (page.recordingMs !== null && player === null) {
    show(at('player'), true);
    try {
      player = await openPlayer(attempt, page.recordingMs, onTime);
    } catch (error) {
      show(at('player'), false);
      say(at('no-recording'), error.message);
      show(at('no-recording'), true);
    }
  } else if (page.recordingMs === null) {
    say(
      at('no-recording'),
      isOver
        ? 'Nobody spoke, so nothing was recorded.'
        : 'The recording can be played once the call is over.',
    );
  }
  show(at('no-recording'), player === null);
  showTurns(page.turns);
  if (!isOver) setTimeout(follow, AGAIN_MS);
}

async function follow() {
  try {
    await load();
    show(at('wrong'), false);
  } catch (error) {
    say(at('wrong'), error.status === 404 ? 'There is no such call.' : error.message);
    show(at('wrong'), true);
    if (error.status === undefined) setTimeout(follow, AGAIN_MS);
  }
}

void follow();
