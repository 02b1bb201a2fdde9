import { describe, expect, test } from 'vitest';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, SETTINGS, of, practice } from '../support/night.ts';
import { EMPTY_IMPORT, phoneOf, storeWorld, systemPatient } from '../support/storeFixtures.ts';

const world = storeWorld();
const consent = (name: string) => ({
  patientExternal: of<never>(`pat-${name}`),
  kind: 'automated_voice' as const,
  source: 'form',
  grantedAt: plusMs(EVENING, -HOUR_MS),
});

describe('the practice', () => {
  test('comes back as it was saved', async () => {
    expect(await world.store.practice.current()).toEqual(practice());
    await world.sql('delete from location');
    await world.sql('delete from provider');
    await world.sql('delete from visit_type');
    await world.sql('delete from practice');
    expect(await world.store.practice.current()).toBeNull();
    expect(await world.store.practice.demoShiftMs()).toBeNull();
    expect(await world.store.practice.isPaused(of('lakeside'))).toBe(false);
  });

  test('changed settings are a new version; the same ones are not', async () => {
    const settings = { ...SETTINGS, lines: 3 };
    const saved = () => world.row('select settings_version as v from practice');
    await world.store.practice.save({ ...EMPTY_IMPORT });
    expect(await saved()).toEqual({ v: 1 });
    await world.store.practice.save({ ...EMPTY_IMPORT, practice: practice({ settings }) });
    expect(await saved()).toEqual({ v: 2 });
    expect((await world.store.practice.current())?.settings.lines).toBe(3);
  });

  test('is paused and resumed by somebody, for a reason, and that is on record', async () => {
    await world.store.practice.setPaused(of('lakeside'), true, 'desk', 'fire drill');
    expect(await world.another().practice.isPaused(of('lakeside'))).toBe(true);
    await world.store.practice.save(EMPTY_IMPORT);
    expect(await world.store.practice.isPaused(of('lakeside'))).toBe(true);
    await world.store.practice.setPaused(of('lakeside'), false, 'desk', 'over');
    expect(await world.store.practice.isPaused(of('lakeside'))).toBe(false);
    expect(
      await world.sql('select actor, action, subject, reason, at from audit_event order by action'),
    ).toEqual([
      { actor: 'desk', action: 'pause', subject: 'lakeside', reason: 'fire drill', at: new Date(EVENING) },
      { actor: 'desk', action: 'resume', subject: 'lakeside', reason: 'over', at: new Date(EVENING) },
    ]);
  });

  test('keeps the demo’s shift of the clock', async () => {
    await world.store.practice.setDemoShiftMs(86_400_000_123);
    expect(await world.store.practice.demoShiftMs()).toBe(86_400_000_123);
  });
});

describe('an import', () => {
  test('that comes again changes nothing', async () => {
    const bundle = {
      ...EMPTY_IMPORT,
      consents: [consent('ada')],
      suppressions: [{ phone: of<never>(phoneOf('bob')), patientExternal: null, reason: 'opted_out' }],
    };
    expect(await world.store.practice.save(bundle)).toEqual({ waitlist: 0, consents: 1, suppressions: 1 });
    await world.waits('wes', { holdsExternal: of('ext-wes') });
    const tables = [
      'practice',
      'location',
      'provider',
      'visit_type',
      'consent',
      'suppression',
      'waitlist_entry',
    ];
    const all = () => Promise.all(tables.map((table) => world.sql(`select * from ${table} order by 1`)));
    const before = await all();
    await world.store.practice.save(bundle);
    await world.waits('wes', { holdsExternal: of('ext-wes') });
    expect(await all()).toEqual(before);
    expect(before.map((rows) => rows.length)).toEqual([1, 1, 2, 2, 1, 1, 1]);
  });

  test('does not bring back who was served, and does not take back a revocation', async () => {
    await world.store.practice.save({ ...EMPTY_IMPORT, consents: [consent('ada')] });
    await world.waits('wes');
    await world.sql(`update consent set revoked_at = now() + interval '1 year'`);
    await world.sql(`update waitlist_entry set state = 'fulfilled', boost = 2`);
    await world.store.practice.save({ ...EMPTY_IMPORT, consents: [consent('ada')] });
    await world.waits('wes', { priority: 5 });
    expect(await world.row('select revoked_at is not null as revoked from consent')).toEqual({
      revoked: true,
    });
    expect(await world.row('select state, boost, priority from waitlist_entry')).toEqual({
      state: 'fulfilled',
      boost: 2,
      priority: 5,
    });
  });

  test('of people not known yet waits for them', async () => {
    await world.store.practice.save({
      ...EMPTY_IMPORT,
      consents: [consent('ada')],
      suppressions: [{ phone: null, patientExternal: of('pat-ada'), reason: 'opted_out' }],
    });
    await world.waits('wes', { holdsExternal: of('ext-wes') });
    const missing = async () =>
      (await world.store.practice.missingPatients()).toSorted((a, b) => a.localeCompare(b));
    expect(await missing()).toEqual(['pat-ada', 'pat-wes']);
    expect(await world.store.practice.missingAppointments()).toEqual(['ext-wes']);
    await world.lists('ada', 'wes');
    expect(await missing()).toEqual([]);
    expect(await world.store.practice.missingAppointments()).toEqual([]);
    const ada = await world.patient('ada');
    expect(await world.row('select patient_id from consent')).toEqual({ patient_id: ada });
    expect(await world.row('select patient_id from suppression')).toEqual({ patient_id: ada });
    expect(await world.row('select patient_id from waitlist_entry')).toEqual({
      patient_id: await world.patient('wes'),
    });
  });

  test('of people known already is theirs at once', async () => {
    await world.store.mirror.upsert({
      patients: [systemPatient({ name: 'ada' })],
      appointments: [],
      unreadable: [],
      seenAt: EVENING,
    });
    await world.store.practice.save({ ...EMPTY_IMPORT, consents: [consent('ada')] });
    expect(await world.store.practice.missingPatients()).toEqual([]);
    expect(await world.store.practice.patientName(await world.patient('ada'))).toEqual({
      full: 'Ada Example',
      first: 'Ada',
    });
    expect(await world.store.practice.patientName(of('nobody'))).toBeNull();
  });

  test('is written whole or not at all', async () => {
    const bad = { ...consent('ada'), grantedAt: of<never>('x') };
    const changed = { ...EMPTY_IMPORT, practice: practice({ name: 'Other' }), consents: [bad] };
    await expect(world.store.practice.save(changed)).rejects.toThrow('Invalid');
    expect((await world.store.practice.current())?.name).toBe('Lakeside Dental');
  });
});
