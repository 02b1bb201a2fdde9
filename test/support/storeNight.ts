import type { RunId } from '../../src/domain/ids.ts';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, of } from './night.ts';
import { CALL_NOW, type StoreWorld } from './storeFixtures.ts';

function fail(what: string): never {
  throw new Error(what);
}

/** Ada confirms, Bob cancels, Cyd is not reached, Dan is refused, Eve is held; Wes takes Bob's slot, and one write-back is turned down. */
export async function nightOf(world: StoreWorld): Promise<RunId> {
  const outcome = async (name: string, kind: 'confirmed' | 'no_decision') => [
    { appointment: (await world.appointment(name)).id, offer: null, kind },
  ];
  await world.lists(
    'ada',
    'bob',
    'cyd',
    'dan',
    { name: 'eve', hours: 47 },
    { name: 'wes', hours: null },
    'gus',
  );
  await world.waits('wes');
  const later = { kind: 'call_at', at: plusMs(EVENING, 14 * HOUR_MS), rules: [] } as const;
  const plan = await world.plan((name) => {
    if (name === 'dan') return { kind: 'never', because: 'no_consent', rules: [] };
    return name === 'eve' ? later : CALL_NOW;
  });
  const slot = await world.frees('bob');
  const appointment = async (name: string) => (await world.appointment(name)).id;
  await world.talksWith('ada', {
    outcomes: await outcome('ada', 'confirmed'),
    writeBacks: [{ kind: 'confirm', appointment: await appointment('ada') }],
  });
  await world.talksWith(
    'cyd',
    {
      outcomes: await outcome('cyd', 'no_decision'),
      contact: { kind: 'call_again', notBefore: later.at, because: 'no_answer' },
    },
    'no_answer',
  );
  await world.talksWith('gus', {
    outcomes: await outcome('gus', 'confirmed'),
    writeBacks: [{ kind: 'confirm', appointment: await appointment('gus') }],
    callbacks: [
      {
        reason: 'question',
        quote: 'Is there parking?',
        patient: await world.patient('gus'),
        appointment: null,
      },
    ],
  });
  const { offer } = (await world.offers(slot, 'wes')) ?? fail('not reserved');
  const wes = await world.calls('wes');
  const at = world.clock.now();
  const opening = {
    slot: of<never>('slot-bob'),
    start: plusMs(at, HOUR_MS),
    end: plusMs(at, 2 * HOUR_MS),
    provider: null,
    spokenProvider: '',
  };
  const booking = await world.store.writeBacks.wantBooking({
    attempt: wes,
    replaces: null,
    offer,
    opening,
    at,
    relayNotBefore: at,
  });
  await world.store.calls.end(wes, { at, disposition: 'answered_human', result: null, recordingMs: 40_000 });
  await world.store.outcomes.apply(
    wes,
    {
      outcomes: [{ appointment: null, offer, kind: 'accepted_offer' }],
      writeBacks: [],
      suppressions: [],
      callbacks: [],
      offer: { offer, became: 'accepted' },
      contact: { kind: 'stop', state: 'resolved', because: 'accepted_offer' },
    },
    at,
  );
  await world.settles(booking ?? fail('not wanted'), {
    kind: 'landed',
    external: of('ext-wes2'),
    version: of('1'),
    seen: null,
  });
  const [ada, gus] = await world.commands(`kind = 'confirm'`);
  await world.settles(ada?.id ?? fail('none'), {
    kind: 'landed',
    external: of('ext-ada'),
    version: of('2'),
    seen: null,
  });
  await world.settles(gus?.id ?? fail('none'), { kind: 'superseded', reason: 'version', seen: null });
  return plan.run;
}
