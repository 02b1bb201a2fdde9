/** The morning report. Each number leads to the rows that it counts; the address keeps what is being looked at. */
import { at, clock, h, millis, plural, say, show } from './dom.js';
import { ask } from './ask.js';
import { showHead } from './frame.js';

const callHref = (attempt) => `/calls/${encodeURIComponent(attempt)}`;
const callsHref = (result, place) =>
  `#calls?${new URLSearchParams({ ...(result && { result }), ...(place && { place }) })}`;

const cell = (label, ...children) => h('td', { 'data-label': label }, ...children);
const head = (label, ...children) => h('th', { scope: 'row', 'data-label': label }, ...children);

/** A section's rows, its count, and its words for nothing. */
function list(name, items, toRow) {
  at(name).replaceChildren(...items.map(toRow));
  say(at(`${name}-count`), items.length === 0 ? '' : items.length);
  show(at(`${name}-none`), items.length === 0);
  show(at(name).closest('table'), items.length > 0);
}

/** Columns of the table by location: name, field, and where its numbers lead. */
const COLUMNS = [
  ['Calls', 'calls', (place) => callsHref('', place)],
  ['Confirmed', 'confirmed', (place) => callsHref('confirmed', place)],
  ['Moved', 'rescheduled', (place) => callsHref('rescheduled', place)],
  ['Cancelled', 'cancelled', (place) => callsHref('cancelled', place)],
  ['Freed', 'freed', () => '#slots-heading'],
  ['Filled', 'filled', () => '#slots-heading'],
  ['Still empty', 'stillEmpty', () => '#slots-heading'],
  ['Callbacks', 'callbacks', () => '#callbacks-heading'],
  ['Not called', 'notCalled', () => '#exceptions-heading'],
];

const number = (value, href) =>
  h('td.number', {}, value === 0 ? h('span.muted', {}, 0) : h('a', { href }, value));

function showPlaces(places) {
  const total = Object.fromEntries(
    COLUMNS.map(([, field]) => [field, places.reduce((sum, place) => sum + place[field], 0)]),
  );
  at('places-head').replaceChildren(
    h(
      'tr',
      {},
      h('th', { scope: 'col' }, 'Location'),
      ...COLUMNS.map(([name]) => h('th.number', { scope: 'col' }, name)),
    ),
  );
  at('places').replaceChildren(
    ...places.map((place) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, place.where),
        ...COLUMNS.map(([, field, href]) => number(place[field], href(place.where))),
      ),
    ),
  );
  at('places-foot').replaceChildren(
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, 'All'),
      ...COLUMNS.map(([, field, href]) => number(total[field], href(''))),
    ),
  );
}

/** The headline with each of its numbers leading to what it counts. */
function showHeadline(report) {
  const hrefs = [
    callsHref('confirmed', ''),
    callsHref('rescheduled', ''),
    '#slots-heading',
    '#slots-heading',
  ];
  const parts = report.headline
    .split(', ')
    .flatMap((text, index) => [index === 0 ? '' : ', ', h('a', { href: hrefs[index] }, text)]);
  at('headline').replaceChildren(...parts, '.');
}

function summaryOf({ numbers: n, ownLatencyMs }, latency) {
  const speed =
    latency !== null && latency.p50Ms !== null
      ? `The agent answered after ${millis(latency.p50Ms)} in the median and ${millis(latency.p95Ms)} at the 95th percentile of ${plural(latency.turns, 'turn')}, read off the handsets.`
      : ownLatencyMs === null
        ? ''
        : `The agent answered after ${millis(ownLatencyMs)} in the median of the calls, as handed to the line.`;
  const unexplained =
    n.unexplained === 0 ? 'Nothing is unexplained.' : `${n.unexplained} unexplained: look into these first.`;
  return [
    `${plural(n.planned, 'contact')} planned, ${n.dialed} dialed, ${n.answered} answered.`,
    `${n.landed} of ${plural(n.writeBacks, 'change')} landed in the scheduling system${n.superseded > 0 ? `, ${n.superseded} given up because the office had been quicker` : ''}.`,
    unexplained,
    speed,
  ].join(' ');
}

const slotTone = { filled: 'good', empty: 'warn', waiting: 'warn', taken: '' };

function showRest(report) {
  list('callbacks', report.callbacks, (one) =>
    h(
      'tr',
      {},
      head('Who', one.who),
      cell('Where', one.where),
      cell('Why', one.reason),
      cell('In their words', one.quote === '' ? '' : h('blockquote', {}, `“${one.quote}”`)),
      cell('Appointment', one.appointment),
      cell('Call', one.attempt === null ? '' : h('a', { href: callHref(one.attempt) }, 'Listen')),
    ),
  );
  list('promises', report.promises, (one) =>
    h(
      'tr',
      {},
      head('To whom', one.who),
      cell('Since', one.madeAt),
      cell('Call', h('a', { href: callHref(one.attempt) }, 'Listen')),
    ),
  );
  list('slots', report.slots, (one) =>
    h(
      'tr',
      {},
      head('Time', one.at),
      cell('Where', one.where),
      h('td', { 'data-label': 'What became of it', 'data-tone': slotTone[one.fate] }, one.says),
    ),
  );
  list('chart', report.chart, (one) =>
    h(
      'tr',
      {},
      head('Who', h('a', { href: callHref(one.attempt) }, one.who)),
      cell('Where', one.where),
      cell('What was learned', one.results.map((result) => result.words).join(', ')),
    ),
  );
  list('exceptions', [...report.leftOver, ...report.stillToCall, ...report.notCalled], (one) =>
    h(
      'tr',
      {},
      head('Who', one.who),
      cell('Where', one.where),
      cell('Why', one.why),
      cell('Next try', ['queued', 'retry_wait', 'held'].includes(one.state) ? `not before ${one.at}` : ''),
    ),
  );
}

/** What the address asks to see of the calls. */
function asked() {
  const [, query = ''] = location.hash.split('?');
  const wanted = location.hash.startsWith('#calls') ? new URLSearchParams(query) : new URLSearchParams();
  return { result: wanted.get('result') ?? '', place: wanted.get('place') ?? '' };
}

function showCalls(calls) {
  const { result, place } = asked();
  at('by-result').value = result;
  at('by-place').value = place;
  const shown = calls.filter(
    (call) =>
      (result === '' || call.results.some((one) => one.code === result)) &&
      (place === '' || call.where === place),
  );
  list('calls', shown, (call) =>
    h(
      'tr',
      {},
      head('Who', h('a', { href: callHref(call.attempt) }, call.who)),
      cell('Where', call.where),
      cell('When', call.at),
      cell('Result', call.state ?? call.results.map((one) => one.words).join(', ')),
      cell('Length', call.seconds === null ? '' : clock(call.seconds * 1000)),
      cell('Answers after', call.latencyMs === null ? '' : millis(call.latencyMs)),
      cell(
        'Recording',
        call.hasRecording
          ? h(
              'a',
              { href: callHref(call.attempt), 'aria-label': `Listen to the call with ${call.who}` },
              'Listen',
            )
          : '',
      ),
    ),
  );
  say(at('calls-count'), shown.length === calls.length ? calls.length : `${shown.length} of ${calls.length}`);
  if (location.hash.startsWith('#calls')) at('calls-heading').scrollIntoView();
}

function options(select, all, pairs) {
  select.replaceChildren(
    h('option', { value: '' }, all),
    ...pairs.map(([value, words]) => h('option', { value }, words)),
  );
}

function choose() {
  location.hash = callsHref(at('by-result').value, at('by-place').value);
}

function openFilter(calls) {
  const results = new Map(calls.flatMap((call) => call.results.map((one) => [one.code, one.words])));
  options(at('by-result'), 'Any', [...results]);
  options(
    at('by-place'),
    'All',
    [...new Set(calls.map((call) => call.where))]
      .toSorted((a, b) => a.localeCompare(b))
      .map((where) => [where, where]),
  );
  at('by-result').addEventListener('change', choose);
  at('by-place').addEventListener('change', choose);
  at('all').addEventListener('click', () => {
    location.hash = '#calls';
  });
  addEventListener('hashchange', () => showCalls(calls));
}

async function load() {
  const [, , date] = location.pathname.split('/');
  const answer = await ask(
    date === undefined || date === '' ? '/api/report' : `/api/report?date=${encodeURIComponent(date)}`,
  );
  showHead(answer);
  if (answer.report === null) throw new Error('No night has been planned yet.');
  const { report } = answer;
  document.title = `Morning report, ${answer.dateWords} · Rollcall`;
  at('day').value = answer.date;
  showHeadline(report);
  say(at('summary'), summaryOf(report, answer.latency));
  showPlaces(report.places);
  showRest(report);
  openFilter(report.calls);
  show(at('going-on'), report.numbers.live > 0 || report.stillToCall.length > 0);
  say(at('going-on'), `The night is not over: this is how it stood at ${answer.now}. Reload for the newest.`);
  show(at('report'), true);
  showCalls(report.calls);
}

at('print').addEventListener('click', () => print());
at('day').addEventListener('change', () => {
  if (at('day').value !== '') location.assign(`/report/${at('day').value}`);
});
load().catch((error) => {
  say(at('wrong'), error.status === 404 ? 'No night was planned for that day.' : error.message);
  show(at('wrong'), true);
});
