/** The night's numbers at a glance: what each counts, what stands behind it, and where its rows are. */
import { at, h, keyed, millis, plural, say } from './dom.js';

/** How many appointments came to that. */
export const tally = (numbers, outcome) => numbers.byOutcome[outcome] ?? 0;

const goodIfAny = (count) => (count > 0 ? 'good' : '');

/** What the callees heard if there are handsets to read it off, otherwise what we handed to the line. */
function latencyTile({ latency, calls }) {
  const about = { name: 'Answers after', wide: true };
  if (latency !== null)
    return {
      ...about,
      value: millis(latency.p50Ms),
      note: `p95 ${millis(latency.p95Ms)}, ${plural(latency.turns, 'turn')}, read off the handsets`,
    };
  const own = calls
    .flatMap((call) => (call.latencyMs === null ? [] : [call.latencyMs]))
    .toSorted((a, b) => a - b);
  const median = own[Math.floor((own.length - 1) / 2)] ?? null;
  return { ...about, value: millis(median), note: 'median, as handed to the line' };
}

/** What became of appointments and times. */
function resultTiles(n) {
  const [confirmed, moved] = [tally(n, 'confirmed'), tally(n, 'rescheduled')];
  const wantTo = `${tally(n, 'reschedule_requested')} more want to`;
  return [
    {
      name: 'Confirmed',
      value: confirmed,
      tone: goodIfAny(confirmed),
      note: 'appointments',
      href: '#result-confirmed',
    },
    { name: 'Moved', value: moved, tone: goodIfAny(moved), note: wantTo, href: '#result-rescheduled' },
    { name: 'Cancelled', value: tally(n, 'cancelled'), note: 'times given back', href: '#result-cancelled' },
    {
      name: 'Filled',
      value: `${n.filled} of ${n.freed}`,
      tone: goodIfAny(n.filled),
      note: 'freed times',
      href: '#slots-heading',
    },
  ];
}

/** What must come to nothing by the morning. */
function openTiles(n) {
  const landed =
    n.notLanded === 0 ? { note: 'all have landed' } : { note: `${n.notLanded} on their way`, tone: 'warn' };
  const unexplained =
    n.unexplained === 0 ? { note: 'all accounted for' } : { note: 'look into these', tone: 'bad' };
  const promises = `${plural(n.promisesOpen, 'promise')} open`;
  return [
    { name: 'Written back', value: `${n.landed} of ${n.writeBacks}`, ...landed },
    {
      name: 'Needs a person',
      value: n.callbacks,
      tone: n.callbacks > 0 ? 'warn' : '',
      note: promises,
      href: '#callbacks-heading',
    },
    { name: 'Unexplained', value: n.unexplained, ...unexplained },
  ];
}

function tilesOf(night) {
  const { numbers: n } = night;
  const contacts = `${plural(n.plannedConfirm, 'household')}, ${plural(n.plannedOffer, 'offer')}`;
  return [
    { name: 'Planned', value: n.planned, note: contacts },
    { name: 'Dialed', value: n.dialed, note: `${n.answered} answered` },
    { name: 'On the phone', value: n.live, note: 'right now', href: '#live-heading' },
    ...resultTiles(n),
    ...openTiles(n),
    latencyTile(night),
  ];
}

function tile() {
  const value = h('a');
  const name = h('dt');
  const note = h('dd.note');
  const node = h('div.tile', {}, name, h('dd.value', {}, value), note);
  return {
    node,
    update(t) {
      say(name, t.name);
      say(value, t.value);
      say(note, t.note);
      node.dataset.tone = t.tone ?? '';
      node.classList.toggle('wide', t.wide === true);
      // A link to a heading that is not there yet leads nowhere.
      if (t.href !== undefined && document.querySelector(t.href) !== null) value.setAttribute('href', t.href);
      else value.removeAttribute('href');
    },
  };
}

export const showTiles = (night) => keyed(at('tiles'), tilesOf(night), (one) => one.name, tile);
