import { afterEach, expect, test, vi } from 'vitest';
import { createFluxTranscriber } from '../../src/adapters/deepgram/flux.ts';
import { createNovaTranscriber } from '../../src/adapters/deepgram/nova.ts';
import { startDeepgramEmulator } from '../../src/emulators/deepgram/emulator.ts';
import type { DeepgramEmulator } from '../../src/emulators/deepgram/emulator.ts';
import { createSpeechRegistry } from '../../src/emulators/hearing/speechRegistry.ts';
import { PROFILES } from '../../src/emulators/profiles.ts';
import type { SpeechRegistry } from '../../src/emulators/speech.ts';
import type { Transcriber, TranscriberEvent, TranscriberStream } from '../../src/ports/speech.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import type { LogLine } from '../support/recordingLog.ts';
import { joined, silence, syntheticSpeech } from '../unit/emulators/syntheticSpeech.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface World {
  readonly emulator: DeepgramEmulator;
  readonly registry: SpeechRegistry;
  readonly flux: Transcriber;
  readonly nova: Transcriber;
  readonly logged: readonly LogLine[];
}

async function world(idleMs = { flux: 60_000, nova: 10_000 }): Promise<World> {
  const registry = createSpeechRegistry();
  const emulator = await startDeepgramEmulator({
    apiKey: 'dg-key',
    registry,
    profile: PROFILES.zero,
    random: () => 0.5,
    idleMs,
  });
  closing.push(() => emulator.close());
  const { log, lines } = recordingLog();
  const base = {
    apiKey: 'dg-key',
    baseUrl: emulator.url,
    connectTimeoutMs: 2_000,
    clock: systemClock(),
    log,
  };
  return {
    emulator,
    registry,
    logged: lines,
    flux: createFluxTranscriber({
      ...base,
      model: 'flux-general-en',
      endOfTurnThreshold: 0.7,
      eagerEndOfTurnThreshold: 0.4,
      endOfTurnTimeoutMs: 1_000,
    }),
    nova: createNovaTranscriber({ ...base, model: 'nova-3', endpointingMs: 300 }),
  };
}

async function listen(
  transcriber: Transcriber,
): Promise<{ stream: TranscriberStream; events: TranscriberEvent[]; until(kind: string): Promise<void> }> {
  const events: TranscriberEvent[] = [];
  const stream = transcriber.open({ keyterms: [], onEvent: (event) => events.push(event) });
  closing.push(() => stream.close());
  const until = (kind: string): Promise<void> =>
    vi.waitFor(() => expect(events.map((event) => event.kind)).toContain(kind), { timeout: 5_000 });
  await until('opened');
  return { stream, events, until };
}

test('an early end of turn that was wrong is taken back before the real one', async () => {
  const { emulator, registry, flux } = await world();
  const speech = syntheticSpeech('I think so.');
  registry.register(speech);
  emulator.control.add({ kind: 'resume_after_eager' });
  const call = await listen(flux);
  call.stream.send(joined(speech.mulaw, silence(2_000)));
  await call.until('end');
  const kinds = call.events.map((event) => event.kind).filter((kind) => kind !== 'partial');
  expect(kinds.slice(0, 5)).toEqual(['opened', 'speech_started', 'eager_end', 'resumed', 'eager_end']);
  const eager = call.events.find((event) => event.kind === 'eager_end');
  expect(eager).toMatchObject({ turn: 0, text: 'I think so.' });
});

test('a turn that the model is never sure of ends by its time limit', async () => {
  const { emulator, registry, flux } = await world();
  const speech = syntheticSpeech('Well');
  registry.register(speech);
  emulator.control.add({ kind: 'end_by_timeout' });
  const call = await listen(flux);
  call.stream.send(joined(speech.mulaw, silence(3_000)));
  await call.until('end');
  expect(call.events.find((event) => event.kind === 'end')).toMatchObject({ text: 'Well' });
});

test('a fatal error message is a lost stream, told once', async () => {
  const { emulator, registry, flux, logged } = await world();
  const speech = syntheticSpeech('Hello there.');
  registry.register(speech);
  emulator.control.add({ kind: 'error_frame' });
  const call = await listen(flux);
  call.stream.send(joined(speech.mulaw, silence(500)));
  await call.until('failed');
  await vi.waitFor(() => expect(logged).toHaveLength(1));
  expect(call.events.filter((event) => event.kind === 'failed')).toEqual([
    { kind: 'failed', reason: 'lost' },
  ]);
});

test('a stream that the server closes for silence is lost', async () => {
  const { emulator, nova } = await world();
  emulator.control.add({ kind: 'net_0001' });
  const call = await listen(nova);
  call.stream.send(silence(200));
  await call.until('failed');
  expect(call.events.at(-1)).toEqual({ kind: 'failed', reason: 'lost' });
});

test('a conversation goes on with a second stream after the first was lost', async () => {
  const { emulator, registry, flux } = await world();
  const speech = syntheticSpeech('Are you still there?');
  registry.register(speech);
  emulator.control.add({ kind: 'close_mid_turn', code: 1011 });
  const first = await listen(flux);
  first.stream.send(joined(speech.mulaw, silence(500)));
  await first.until('failed');
  const second = await listen(flux);
  second.stream.send(joined(speech.mulaw, silence(2_000)));
  await second.until('end');
  expect(second.events.find((event) => event.kind === 'end')).toMatchObject({ text: 'Are you still there?' });
  expect(second.events.map((event) => event.kind)).not.toContain('failed');
});
