/** The night as it happens. Every part is updated in place, by key; nothing is rebuilt and nothing jumps. */
import { at, clock, h, keyed, link, millis, plural, row, say, show } from './dom.js';
import { showHead } from './frame.js';
import { followNight } from './live.js';
import { showTiles, tally } from './tiles.js';

const SPOKEN_EVERY_MS = 20_000;

/** Server time less ours, so that seconds count on the server's clock, the demo's included. */
let clockAheadMs = 0;
let spokenAt = 0;

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
      keyed(
        body,
        [null, ...group.calls],
        (call) => call?.attempt ?? null,
        (call) => (call === null ? { node: first, update() {} } : doneCall()),
      );
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
const FIRST = [
  'confirmed',
  'rescheduled',
  'reschedule_requested',
  'cancelled',
  'accepted_offer',
  'declined_offer',
];
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
    link(
      cells[4],
      callback.attempt === null ? null : `/calls/${encodeURIComponent(callback.attempt)}`,
      callback.attempt === null ? '' : 'Listen',
    );
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
  for (const element of document.querySelectorAll('[data-since]'))
    say(element, clock(now - Number(element.dataset.since)));
}

function speak({ numbers }) {
  if (Date.now() - spokenAt < SPOKEN_EVERY_MS) return;
  spokenAt = Date.now();
  say(
    at('spoken'),
    `${numbers.live} on the phone, ${tally(numbers, 'confirmed')} confirmed, ${tally(numbers, 'rescheduled')} moved, ${tally(numbers, 'cancelled')} cancelled, ${numbers.callbacks} for a person.`,
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
    keyed(
      table,
      [null, ...groupsOf(calls)],
      (group) => group?.code ?? 'head',
      (group) => (group === null ? { node: table.tHead, update() {} } : resultGroup(group)),
    );
  });
  list('slots', night.slots, (slots) => keyed(at('slots'), slots, (slot) => slot.slot, slotRow));
  list('callbacks', night.callbacks, (rows) =>
    keyed(at('callbacks'), rows, (one) => one.callback, callbackRow),
  );
  list('waiting', night.waiting, (rows) => keyed(at('waiting'), rows, (one) => one.contact, waitingRow));
  showTiles(night);
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
