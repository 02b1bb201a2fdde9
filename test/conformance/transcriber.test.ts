import { afterEach, describe, expect, test, vi } from 'vitest';
import { createFluxTranscriber } from '../../src/adapters/deepgram/flux.ts';
import type { DeepgramConfig } from '../../src/adapters/deepgram/listenSocket.ts';
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

interface Kind {
  readonly name: string;
  make(config: DeepgramConfig): Transcriber;
}

const KINDS: readonly Kind[] = [
  {
    name: 'Deepgram Flux',
    make: (config) =>
      createFluxTranscriber({
        ...config,
        model: 'flux-general-en',
        endOfTurnThreshold: 0.7,
        eagerEndOfTurnThreshold: 0.5,
        endOfTurnTimeoutMs: 5_000,
      }),
  },
  {
    name: 'Deepgram Nova',
    make: (config) => createNovaTranscriber({ ...config, model: 'nova-3', endpointingMs: 300 }),
  },
];

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface World {
  readonly emulator: DeepgramEmulator;
  readonly registry: SpeechRegistry;
  readonly transcriber: Transcriber;
  readonly logged: readonly LogLine[];
}

async function world(kind: Kind, more: Partial<DeepgramConfig> = {}): Promise<World> {
  const registry = createSpeechRegistry();
  const emulator = await startDeepgramEmulator({
    apiKey: 'dg-key',
    registry,
    profile: PROFILES.zero,
    random: () => 0.5,
  });
  closing.push(() => emulator.close());
  const { log, lines } = recordingLog();
  const transcriber = kind.make({
    apiKey: 'dg-key',
    baseUrl: emulator.url,
    connectTimeoutMs: 2_000,
    clock: systemClock(),
    log,
    ...more,
  });
  return { emulator, registry, transcriber, logged: lines };
}

interface Listening {
  readonly stream: TranscriberStream;
  readonly events: TranscriberEvent[];
  kinds(): string[];
  until(kind: TranscriberEvent['kind']): Promise<void>;
}

function listen(transcriber: Transcriber, keyterms: readonly string[] = []): Listening {
  const events: TranscriberEvent[] = [];
  const stream = transcriber.open({ keyterms, onEvent: (event) => events.push(event) });
  closing.push(() => stream.close());
  const kinds = (): string[] => events.map((event) => event.kind);
  return {
    stream,
    events,
    kinds,
    until: (kind) => vi.waitFor(() => expect(kinds()).toContain(kind), { timeout: 5_000 }),
  };
}

/** Sends in a phone line's frames. */
function say(stream: TranscriberStream, mulaw: Uint8Array, frameBytes = 160): void {
  for (let at = 0; at < mulaw.length; at += frameBytes) stream.send(mulaw.slice(at, at + frameBytes));
}

describe.each(KINDS)('a transcriber on $name', (kind) => {
  test('hears a turn begin, its words come, and its end', async () => {
    const { registry, transcriber } = await world(kind);
    const speech = syntheticSpeech('Yes, I can make it.');
    registry.register(speech);
    const call = listen(transcriber, ['Rollcall', 'Dr. Okafor']);
    await call.until('opened');
    say(call.stream, joined(silence(500), speech.mulaw, silence(2_000)));
    await call.until('end');

    const kinds = call.kinds();
    expect(kinds[0]).toBe('opened');
    expect(kinds.indexOf('speech_started')).toBeLessThan(kinds.indexOf('partial'));
    expect(kinds.indexOf('partial')).toBeLessThan(kinds.indexOf('end'));
    const end = call.events.find((event) => event.kind === 'end');
    expect(end).toMatchObject({ turn: 0, text: 'Yes, I can make it.' });
    expect(end?.confidence).toBeGreaterThan(0.5);
    expect(end?.words.map((w) => w.word)).toEqual(['Yes,', 'I', 'can', 'make', 'it.']);
    // Times count the audio sent: half a second of silence, then the words of 300 ms each.
    expect(end?.words[0]?.startMs).toBeGreaterThan(480);
    expect(end?.words[0]?.startMs).toBeLessThan(600);
    expect(end?.words[4]?.endMs).toBeGreaterThan(2_000);
    expect(end?.words[4]?.endMs).toBeLessThan(2_300);
  });

  test('counts turns, and each ends once', async () => {
    const { registry, transcriber } = await world(kind);
    const first = syntheticSpeech('Yes it is.', 1);
    const second = syntheticSpeech('See you then.', 2);
    registry.register(first);
    registry.register(second);
    const call = listen(transcriber);
    await call.until('opened');
    say(call.stream, joined(first.mulaw, silence(2_000), second.mulaw, silence(2_000)));
    await vi.waitFor(() => expect(call.kinds().filter((k) => k === 'end')).toHaveLength(2), {
      timeout: 5_000,
    });
    const ends = call.events.filter((event) => event.kind === 'end');
    expect(ends.map((e) => [e.turn, e.text])).toEqual([
      [0, 'Yes it is.'],
      [1, 'See you then.'],
    ]);
    expect(call.events.filter((event) => event.kind === 'speech_started').map((e) => e.turn)).toEqual([0, 1]);
  });

  test('hears what was said while the connection was still being made', async () => {
    const { registry, transcriber } = await world(kind);
    const hello = syntheticSpeech('Hello?');
    registry.register(hello);
    const call = listen(transcriber);
    say(call.stream, joined(hello.mulaw, silence(1_500)));
    expect(call.events).toEqual([]);
    await call.until('end');
    expect(call.events.find((event) => event.kind === 'end')).toMatchObject({ text: 'Hello?' });
  });

  test('takes audio in any sizes and sends every byte of it in order', async () => {
    const { registry, emulator, transcriber } = await world(kind);
    const speech = syntheticSpeech('Can we make it Friday?');
    registry.register(speech);
    const call = listen(transcriber);
    await call.until('opened');
    const audio = joined(speech.mulaw, silence(2_000));
    say(call.stream, audio, 333);
    await call.until('end');
    expect(call.events.find((event) => event.kind === 'end')).toMatchObject({
      text: 'Can we make it Friday?',
    });
    await vi.waitFor(() =>
      expect(emulator.control.stats()['audioBytes']).toBe(audio.length - (audio.length % 640)),
    );
  });

  test('a refused key is told as refused, an exceeded limit as rate limited, once and with nothing after it', async () => {
    const { emulator, transcriber, logged } = await world(kind);
    for (const [status, reason] of [
      [401, 'refused'],
      [429, 'rate_limited'],
      [500, 'lost'],
    ] as const) {
      emulator.control.add({ kind: 'refuse', status });
      const call = listen(transcriber);
      await call.until('failed');
      call.stream.send(silence(200));
      expect(call.events).toEqual([{ kind: 'failed', reason }]);
    }
    expect(logged.map(([, event, fields]) => [event, fields.vendor, fields.code])).toEqual([
      ['vendor.failed', 'deepgram', 'http_401'],
      ['vendor.failed', 'deepgram', 'http_429'],
      ['vendor.failed', 'deepgram', 'http_500'],
    ]);
  });

  test('nobody there is told as lost', async () => {
    const { emulator, transcriber } = await world(kind);
    await emulator.close();
    const call = listen(transcriber);
    await call.until('failed');
    expect(call.events).toEqual([{ kind: 'failed', reason: 'lost' }]);
  });

  test('a connection that closes in the middle of a turn is lost, and is not made again behind our back', async () => {
    const { emulator, registry, transcriber } = await world(kind);
    const speech = syntheticSpeech('I would like to, but');
    registry.register(speech);
    emulator.control.add({ kind: 'close_mid_turn', code: 1011 });
    const call = listen(transcriber);
    say(call.stream, joined(speech.mulaw, silence(500)));
    await call.until('failed');
    expect(call.events.at(-1)).toEqual({ kind: 'failed', reason: 'lost' });
    say(call.stream, silence(500));
    const connections = Object.entries(emulator.control.stats()).filter(([name]) =>
      name.endsWith('.connections'),
    );
    expect(connections.map(([, count]) => count)).toEqual([1]);
  });

  test('says nothing after it was closed, opened or not', async () => {
    const { registry, transcriber } = await world(kind);
    const speech = syntheticSpeech('Wait, one more thing.');
    registry.register(speech);
    const opened = listen(transcriber);
    await opened.until('opened');
    say(opened.stream, speech.mulaw);
    opened.stream.close();
    const opening = listen(transcriber);
    opening.stream.close();
    opening.stream.send(silence(100));
    opening.stream.expect({ endOfTurnThreshold: 0.9 });
    const heard = opened.events.length;
    const other = listen(transcriber);
    say(other.stream, joined(speech.mulaw, silence(2_000)));
    await other.until('end');
    expect(opened.events).toHaveLength(heard);
    expect(opening.events).toEqual([]);
  });
});
