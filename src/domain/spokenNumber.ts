import type { E164 } from './call.ts';

const DIGITS = ['oh', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

const digits = (text: string): string =>
  text
    .split('')
    .map((d) => DIGITS[Number(d)] ?? '')
    .join(' ');

/** A number as one says it, in groups: `+13125550100` is "three one two, five five five, oh one hundred". */
export function spokenNumber(phone: E164): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(phone);
  if (parts === null) return digits(phone.slice(1));
  const [, area = '', exchange = '', third = '', last = ''] = parts;
  const line = last === '00' && third !== '00' ? `${digits(third)} hundred` : digits(third + last);
  return `${digits(area)}, ${digits(exchange)}, ${line}`;
}
