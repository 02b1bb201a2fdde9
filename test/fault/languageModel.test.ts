import { afterEach, expect, test, vi } from 'vitest';
import { createAnthropicLanguageModel } from '../../src/adapters/anthropic/languageModel.ts';
import { startAnthropicEmulator } from '../../src/emulators/anthropic/emulator.ts';
import type { AnthropicEmulator } from '../../src/emulators/anthropic/emulator.ts';
import { PROFILES } from '../../src/emulators/profiles.ts';
import type { LanguageModel, UnderstandRequest } from '../../src/ports/languageModel.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import type { LogLine } from '../support/recordingLog.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function world(
  firstTokenMs = 2_000,
): Promise<{ emulator: AnthropicEmulator; model: LanguageModel; lines: readonly LogLine[] }> {
  const emulator = await startAnthropicEmulator({
    apiKey: 'sk-test',
    profile: PROFILES.zero,
    random: () => 0.5,
  });
  closing.push(() => emulator.close());
  const { log, lines } = recordingLog();
  const model = createAnthropicLanguageModel({
    apiKey: 'sk-test',
    baseUrl: emulator.url,
    model: 'claude-haiku-5-5',
    firstTokenMs,
    clock: systemClock(),
    log,
  });
  return { emulator, model, lines };
}
const REQUEST: UnderstandRequest = {
  instructions: 'The clinic opens at eight.',
  asked: 'Can you make it?',
  heard: 'Yes, I can make it.',
  moves: [
    { move: 'confirm', when: 'They will come.' },
    { move: 'cancel', when: 'They will not come.' },
  ],
  slots: [],
};
const limits = (deadlineMs = 3_000): { deadlineMs: number; signal: AbortSignal } => ({
  deadlineMs,
  signal: new AbortController().signal,
});

test.each([
  [{ kind: 'overloaded' }, 'overloaded'],
  [{ kind: 'rate_limited', retryAfterSeconds: 1 }, 'rate_limited'],
  [{ kind: 'rate_limited' }, 'rate_limited'],
  [{ kind: 'reset' }, 'unavailable'],
  [{ kind: 'error_mid_stream' }, 'overloaded'],
  [{ kind: 'cut' }, 'truncated'],
  [{ kind: 'clean_eof' }, 'truncated'],
  [{ kind: 'refusal' }, 'refused'],
  [{ kind: 'max_tokens' }, 'truncated'],
  [{ kind: 'invalid_json' }, 'malformed'],
] as const)('%o: %s, once, and the next question is answered', async (fault, kind) => {
  const { emulator, model, lines } = await world();
  emulator.control.add(fault);
  expect(await model.understand(REQUEST, limits())).toEqual({ ok: false, error: { kind } });
  expect(emulator.control.stats()['requests']).toBe(1);
  expect(lines).toEqual([['warn', 'vendor.failed', expect.objectContaining({ vendor: 'anthropic' })]]);
  expect(await model.understand(REQUEST, limits())).toMatchObject({ ok: true, value: { move: 'confirm' } });
});

test('a thinking block before the tool call is passed over', async () => {
  const { emulator, model } = await world();
  emulator.control.add({ kind: 'thinking_first' });
  expect(await model.understand(REQUEST, limits())).toMatchObject({ ok: true, value: { move: 'confirm' } });
});

test('a model that always thinks is asked to think little', async () => {
  const { emulator, model } = await world();
  emulator.control.add({ kind: 'thinking_required' });
  expect(await model.understand(REQUEST, limits())).toMatchObject({ ok: true, value: { move: 'confirm' } });
  expect(emulator.control.stats()['requests']).toBe(2);
  expect(await model.understand(REQUEST, limits())).toMatchObject({ ok: true });
  expect(emulator.control.stats()['requests']).toBe(3);
});

test('a stall after the first token is a timeout at the deadline, and the generation is cancelled', async () => {
  const { emulator, model } = await world();
  emulator.control.add({ kind: 'stall' });
  expect(await model.understand(REQUEST, limits(200))).toEqual({ ok: false, error: { kind: 'timeout' } });
  await vi.waitFor(() => expect(emulator.control.stats()['cancelled']).toBe(1));
});

test('a first token that does not come in time is a timeout long before the deadline', async () => {
  const { emulator, model } = await world(150);
  emulator.control.add({ kind: 'slow', lateMs: 10_000 });
  expect(await model.understand(REQUEST, limits(600_000))).toEqual({ ok: false, error: { kind: 'timeout' } });
  await vi.waitFor(() => expect(emulator.control.stats()['cancelled']).toBe(1));
});

test('an answer nobody wants any more stops costing', async () => {
  const { emulator, model, lines } = await world();
  emulator.control.add({ kind: 'stall' });
  const abort = new AbortController();
  const asking = model.understand(REQUEST, { deadlineMs: 9_000, signal: abort.signal });
  await vi.waitFor(() => expect(emulator.control.stats()['requests']).toBe(1));
  abort.abort();
  expect(await asking).toEqual({ ok: false, error: { kind: 'aborted' } });
  await vi.waitFor(() => expect(emulator.control.stats()['cancelled']).toBe(1));
  expect(lines).toEqual([]);
});
