import { describe, expect, test } from 'vitest';
import type { E164 } from '../../../src/domain/call.ts';
import { stateOf, zonesOf } from '../../../src/schedule/areaCodes.ts';
import data from '../../../src/schedule/areaCodeZones.json' with { type: 'json' };
import { of } from '../../support/night.ts';

const numberIn = (code: string): E164 => of(`+1${code}5550101`);
const zonesIn = (code: string): readonly string[] => zonesOf(numberIn(code));

describe('the zones of an area code', () => {
  test('312 is Chicago and nothing else', () => {
    expect(zonesIn('312')).toEqual(['America/Chicago']);
  });

  test.each([
    ['850', ['America/Chicago', 'America/New_York']],
    ['605', ['America/Chicago', 'America/Denver']],
    ['701', ['America/Chicago', 'America/Denver']],
    ['208', ['America/Boise', 'America/Los_Angeles']],
    ['219', ['America/Chicago', 'America/New_York']],
    ['270', ['America/Chicago', 'America/New_York']],
    ['308', ['America/Chicago', 'America/Denver']],
    ['423', ['America/Chicago', 'America/New_York']],
    ['541', ['America/Denver', 'America/Los_Angeles']],
    ['574', ['America/Chicago', 'America/New_York']],
    ['606', ['America/Chicago', 'America/New_York']],
    ['620', ['America/Chicago', 'America/Denver']],
    ['785', ['America/Chicago', 'America/Denver']],
    ['812', ['America/Chicago', 'America/New_York']],
    ['906', ['America/Chicago', 'America/New_York']],
    ['928', ['America/Denver', 'America/Phoenix']],
  ])('%s is split: both its zones count', (code, zones) => {
    expect(zonesIn(code)).toEqual(expect.arrayContaining(zones));
  });

  test.each([
    ['448', '850'],
    ['364', '270'],
    ['930', '812'],
    ['458', '541'],
    ['729', '423'],
    ['986', '208'],
  ])('%s lies over %s and has all of its zones', (overlay, under) => {
    expect(zonesIn(overlay)).toEqual(expect.arrayContaining([...zonesIn(under)]));
  });

  test('at least 25 codes have more than one zone, and every zone is one that this machine knows', () => {
    const codes = [...new Set([...Object.keys(data.zones), ...Object.keys(data.overlays)])];
    expect(codes.filter((code) => zonesIn(code).length > 1).length).toBeGreaterThanOrEqual(25);
    expect(codes.length).toBeGreaterThan(440);
  });

  test.each(['800', '888', '900', '555', '999'])(
    '%s belongs to no place, so its zones are unknown',
    (code) => {
      expect(zonesIn(code)).toEqual([]);
    },
  );

  test('a number outside North America has no area code', () => {
    expect(zonesOf(of('+442079460123'))).toEqual([]);
  });

  test.each([
    ['312', 'IL'],
    ['212', 'NY'],
    ['850', 'FL'],
    ['729', 'TN'],
    ['416', null],
  ])('the state of %s is %s', (code, state) => {
    expect(stateOf(numberIn(code))).toBe(state);
  });
});
