import { expect, test } from 'vitest';
import { spokenNumber } from '../../../src/domain/spokenNumber.ts';
import { of } from '../../support/night.ts';

test.each([
  ['+13125550100', 'three one two, five five five, oh one hundred'],
  ['+13035550142', 'three oh three, five five five, oh one four two'],
  ['+13125550000', 'three one two, five five five, oh oh oh oh'],
  ['+442079460123', 'four four two oh seven nine four six oh one two three'],
])('%s is said "%s"', (phone, spoken) => {
  expect(spokenNumber(of(phone))).toBe(spoken);
});
