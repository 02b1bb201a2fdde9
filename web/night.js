/** The night as it happens. Every part is updated in place, by key; nothing is rebuilt and nothing jumps. */
import { at, clock, h, keyed, link, millis, plural, row, say, show } from './dom.js';
import { showHead } from './frame.js';
import { followNight } from './live.js';

const SPOKEN_EVERY_MS = 20_000;

/** Server time less ours, so that seconds count on the server's clock, the demo's included. */
let clockAheadMs = 0;
let spokenAt = 0;

const sum = (counts, ...codes) => codes.reduce((total, code) => total + (counts[code] ?? 0), 0);

/** The tiles: number, what it counts, what stands behind it. */
function tilesOf({ numbers: n, latency, calls }) {
  const out = n.byOutcome;
  const own = calls.flatMap((call) => (call.latencyMs === null ? [] : [call.latencyMs])).toSorted((a, b) => a - b);
  const measured =
    latency !== null
      ? {
          value: millis(latency.p50Ms),
          note: `p95 ${millis(latency.p95Ms)}, ${plural(latency.turns, 'turn')}, read off the handsets`,
        }
      : { value: millis(own[Math.floor((own.length - 1) / 2)] ?? null), note: 'median, as handed to the line' };
  return [
    { key: 'planned', name: 'Planned', value: n.planned, note: `${plural(n.plannedConfirm, 'household')}, ${plural(n.plannedOffer, 'offer')}` },
    { key: 'dialed', name: 'Dialed', value: n.dialed, note: `${n.answered} answered` },
    { key: 'live', name: 'On the phone', value: n.live, note: 'right now', href: '#live-heading' },
    { key: 'confirmed', name: 'Confirmed', value: sum(out, 'confirmed'), tone: sum(out, 'confirmed') > 0 ? 'good' : '', note: 'appointments', href: '#result-confirmed' },
    { key: 'moved', name: 'Moved', value: sum(out, 'rescheduled'), tone: sum(out, 'rescheduled') > 0 ? 'good' : '', note: `${sum(out, 'reschedule_requested')} more want to`, href: '#result-rescheduled' },
    { key: 'cancelled', name: 'Cancelled', value: sum(out, 'cancelled'), note: 'times given back', href: '#result-cancelled' },
    { key: 'filled', name: 'Filled', value: `${n.filled} of ${n.freed}`, tone: n.filled > 0 ? 'good' : '', note: 'freed times', href: '#slots-heading' },
    { key: 'landed', name: 'Written back', value: `${n.landed} of ${n.writeBacks}`, note: n.notLanded === 0 ? 'all have landed' : `${n.notLanded} on their way`, tone: n.notLanded === 0 ? '' : 'warn' },
    { key: 'person', name: 'Needs a person', value: n.callbacks, note: `${plural(n.promisesOpen, 'promise')} open`, tone: n.callbacks > 0 ? 'warn' : '', href: '#callbacks-heading' },
    { key: 'unexplained', name: 'Unexplained', value: n.unexplained, note: n.unexplained === 0 ? 'all accounted for' : 'look into these', tone: n.unexplained === 0 ? '' : 'bad' },
    { key: 'latency', name: 'Answers after', value: measured.value, note: measured.note, wide: true },
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

function liveCall(call) {
  const who = h('a.who', { href: `/calls/${encodeURIComponent(call.attempt)}` });
  const where = h('span.muted');
  const seconds = h('span.seconds', { 'data-since': call.placedAtMs });
  const state = h('span.chip');
  const party = h('span.party');
  const words = h('q');
  const line = h('p.words', {}, party, ' ', words);
  return {
    node: h('li', {}, h('div.line', {}, who, seconds), h('div.line', {}, where, state), line),
    update(now) {
      say(who, now.who);
      say(where, [now.where, now.purpose].filter((part) => part !== '').join(' · '));
      say(state, now.state);
      say(party, now.lastLine === null ? '' : now.lastLine.party === 'agent' ? 'Agent' : 'Callee');
      say(words, now.lastLine?.text ?? '');
      line.classList.toggle('silent', now.lastLine === null);
    },
  };
}

/** One body of the table for each result; a call with two results stands under both. */
function resultGroup({ code }) {
  const heading = h('th', { scope: 'rowgroup', colspan: 5, id: `result-${code}` });
  const first = h('tr.group', {}, heading);
  const body = h('tbody');
  return {
    node: body,
    update(group) {
      say(heading, `${group.words} · ${plural(group.calls.length, 'call')}`);
      keyed(body, [null, ...group.calls], (call) => call?.attempt ?? null, (call) => (call === null ? { node: first, update() {} } : doneCall()));
    },
  };
}

const doneCall = () =>
  row(['Who', 'Where', 'When', 'Length', 'Answer after'], (cells, call) => {
    link(cells[0], `/calls/${encodeURIComponent(call.attempt)}`, call.who);
    say(cells[1], call.where);
    say(cells[2], call.at);
    say(cells[3], call.seconds === null ? '' : clock(call.seconds * 1000));
    say(cells[4], call.latencyMs === null ? '' : millis(call.latencyMs));
  });

/** What the office looks for first, first; whatever else there is comes after it, by its words. A fixed order: groups never change places. */
const FIRST = ['confirmed', 'rescheduled', 'reschedule_requested', 'cancelled', 'accepted_offer', 'declined_offer'];
const rank = (code) => (FIRST.includes(code) ? FIRST.indexOf(code) : FIRST.length);

function groupsOf(calls) {
  const groups = new Map();
  for (const call of calls)
    for (const { code, words } of call.results) {
      const group = groups.get(code) ?? { code, words, calls: [] };
      group.calls.push(call);
      groups.set(code, group);
    }
  return [...groups.values()].toSorted((a, b) => rank(a.code) - rank(b.code) || (a.words < b.words ? -1 : 1));
}

const slotRow = () =>
  row(['Time', 'Where', 'What became of it'], (cells, slot) => {
    say(cells[0], slot.at);
    say(cells[1], slot.where);
    say(cells[2], slot.says);
    cells[2].dataset.tone = slot.fate === 'filled' ? 'good' : slot.fate === 'empty' ? 'warn' : '';
  });

const callbackRow = () =>
  row(['Who', 'Why', 'In their words', 'Appointment', 'Call'], (cells, callback) => {
    say(cells[0], callback.who);
    say(cells[1], callback.reason);
    say(cells[2], callback.quote === '' ? '' : `“${callback.quote}”`);
    say(cells[3], callback.appointment);
    link(cells[4], callback.attempt === null ? null : `/calls/${encodeURIComponent(callback.attempt)}`, callback.attempt === null ? '' : 'Listen');
  });

const waitingRow = () =>
  row(['Who', 'Where', 'Why', 'Not before'], (cells, contact) => {
    say(cells[0], contact.who);
    say(cells[1], contact.where);
    say(cells[2], contact.why);
    say(cells[3], contact.state === 'refused' ? '' : contact.at);
  });

/** A list with its heading's count and its words for nothing. */
function list(name, items, fill) {
  say(at(`${name}-count`), items.length === 0 ? '' : items.length);
  show(at(`${name}-none`), items.length === 0);
  const table = at(name).closest('table');
  if (table !== null) show(table, items.length > 0);
  fill(items);
}

function countSeconds() {
  const now = Date.now() + clockAheadMs;
  for (const element of document.querySelectorAll('[data-since]')) say(element, clock(now - Number(element.dataset.since)));
}

function speak({ numbers }) {
  if (Date.now() - spokenAt < SPOKEN_EVERY_MS) return;
  spokenAt = Date.now();
  say(
    at('spoken'),
    `${numbers.live} on the phone, ${sum(numbers.byOutcome, 'confirmed')} confirmed, ${sum(numbers.byOutcome, 'rescheduled')} moved, ${sum(numbers.byOutcome, 'cancelled')} cancelled, ${numbers.callbacks} for a person.`,
  );
}

function onNight(night) {
  clockAheadMs = night.nowMs - Date.now();
  showHead(night);
  if (night.numbers === null) {
    say(at('date'), 'No night has been planned yet.');
    return;
  }
  const live = night.calls.filter((call) => call.state !== null);
  const done = night.calls.filter((call) => call.state === null);
  document.title = `${live.length > 0 ? `${live.length} on the phone` : 'Tonight'} · Rollcall`;
  list('live', live, (calls) => keyed(at('live'), calls, (call) => call.attempt, liveCall));
  list('done', done, (calls) => {
    const table = at('done');
    keyed(table, [null, ...groupsOf(calls)], (group) => group?.code ?? 'head', (group) => (group === null ? { node: table.tHead, update() {} } : resultGroup(group)));
  });
  list('slots', night.slots, (slots) => keyed(at('slots'), slots, (slot) => slot.slot, slotRow));
  list('callbacks', night.callbacks, (rows) => keyed(at('callbacks'), rows, (one) => one.callback, callbackRow));
  list('waiting', night.waiting, (rows) => keyed(at('waiting'), rows, (one) => one.contact, waitingRow));
  keyed(at('tiles'), tilesOf(night), (one) => one.key, tile);
  countSeconds();
  speak(night);
}

const CONNECTION = { live: 'Live', polling: 'Asking every few seconds', away: 'Not connected' };

function onState(state) {
  say(at('connection'), CONNECTION[state]);
  at('connection').dataset.state = state;
}

setInterval(countSeconds, 1000);
followNight(onNight, onState);
