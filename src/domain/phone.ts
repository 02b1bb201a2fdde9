import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { E164 } from './call.ts';
import { type Result, err, ok } from './result.ts';

export type BadPhone = { readonly kind: 'missing' } | { readonly kind: 'impossible'; readonly raw: string };

/**
 * Reads a number as people write it, North American unless it says otherwise. Gated on what is *possible*: metadata lags behind new
 * area codes and calls living ones invalid.
 */
export function parsePhone(raw: string | null | undefined): Result<E164, BadPhone> {
  const text = raw?.trim() ?? '';
  if (text.length === 0) return err({ kind: 'missing' });
  const parsed = parsePhoneNumberFromString(text, 'US');
  return parsed?.isPossible() ? ok(parsed.number as unknown as E164) : err({ kind: 'impossible', raw: text });
}

/** The three digits after +1, or null for numbers outside the North American plan. */
export function areaCodeOf(phone: E164): string | null {
  return /^\+1(\d{3})\d{7}$/.exec(phone)?.[1] ?? null;
}
