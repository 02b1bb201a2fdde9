import { createHash, randomBytes } from 'node:crypto';

type SidPrefix = 'CA' | 'MZ' | 'RE' | 'CF' | 'FT';

/** A fresh identifier: two letters and 32 hex digits. */
export function newSid(prefix: SidPrefix): string {
  return prefix + randomBytes(16).toString('hex');
}

/** The identifier of a phone number that the account owns: the same number always gives the same one. */
export function phoneNumberSid(number: string): string {
  return `PN${createHash('md5').update(number).digest('hex')}`;
}
