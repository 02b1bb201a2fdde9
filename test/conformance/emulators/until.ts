import { vi } from 'vitest';

/** Waits until the expectations hold; fails with the last of them after ten seconds, which only a broken test needs. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 });
}
