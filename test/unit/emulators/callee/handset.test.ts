import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPhoneNetwork } from '../../../../src/emulators/callee/phoneNetwork.ts';
import { loadPersonas } from '../../../../src/emulators/callee/personaFiles.ts';
import { toLinear } from '../../../../src/emulators/voice/mulaw.ts';
import { HANG_UP, lines, resident, SILENT, startWorld, type World } from './call.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HELLO = 'Hello, this is Lakeside Dental. Am I speaking with Maria Lopez?';
const VISIT = 'You have a cleaning on Tuesday at two thirty. Does that still work for you?';

const level = (codes: Uint8Array): number =>
  Math.sqrt(codes.reduce((sum, code) => sum + toLinear(code) ** 2, 0) / codes.length);

function sides(wav: Buffer): { readonly left: Uint8Array; readonly right: Uint8Array } {
  const data = wav.subarray(58);
  const side = (first: number) =>
    Uint8Array.from({ length: data.length / 2 }, (_, index) => data[index * 2 + first] ?? 0);
  return { left: side(0), right: side(1) };
}

test('the recording is as long as the call, with each side where it spoke', async () => {
  const call = await world.call(resident('confirms-at-once'), lines(HELLO, VISIT, 'Thank you. Goodbye.'));
  const wav = world.wav(call.callSid);
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
  expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24)]).toEqual([7, 2, 8000]);
  expect(wav.readUInt32LE(46)).toBe(call.durationMs * 8);
  expect(wav.readUInt32LE(54)).toBe(call.durationMs * 16);
  expect(wav.length).toBe(58 + call.durationMs * 16);
  const { left, right } = sides(wav);
  for (const event of call.events) {
    if (event.kind !== 'said' && event.kind !== 'heard') continue;
    const [mine, other] = event.kind === 'said' ? [left, right] : [right, left];
    expect(level(mine.subarray(event.atMs * 8, event.endMs * 8))).toBeGreaterThan(800);
    expect(level(other.subarray(event.atMs * 8, event.endMs * 8))).toBeLessThan(100);
  }
});

test('the truth beside it names persona, words and times', async () => {
  const call = await world.call(resident('cancels'), lines(HELLO, VISIT, HANG_UP));
  const truth: unknown = JSON.parse(readFileSync(join(world.recordingsDir, `${call.callSid}.json`), 'utf8'));
  expect(truth).toMatchObject({
    callSid: call.callSid,
    from: '+13125550100',
    to: '+13125550142',
    persona: 'cancels',
    durationMs: call.durationMs,
    events: call.events,
  });
  expect(call.events[0]).toEqual({ kind: 'answered', atMs: 0 });
  expect(call.events.at(-1)).toEqual({ kind: 'hung_up', atMs: call.durationMs, by: 'far_side' });
});

test('a callee says hello 400 to 900 ms after picking up, and the line is never digital silence', async () => {
  const call = await world.call(resident('confirms-at-once'), lines(HANG_UP));
  const [, hello] = call.events;
  expect(hello).toMatchObject({ kind: 'said', text: 'Hello?' });
  expect(hello?.atMs).toBeGreaterThanOrEqual(400);
  expect(hello?.atMs).toBeLessThanOrEqual(920);
  const { left } = sides(world.wav(call.callSid));
  expect(new Set(left.subarray(0, 3200)).size).toBeGreaterThan(8);
  expect(level(left.subarray(0, 3200))).toBeLessThan(60);
});

test('the same words are said with other audio in every call, and recognised each time', async () => {
  const first = await world.call(resident('confirms-at-once'), lines(HANG_UP));
  const second = await world.call(resident('confirms-at-once'), lines(HANG_UP));
  const hello = ({ callSid, events }: typeof first): Uint8Array => {
    const at = (events[1]?.atMs ?? 0) * 8;
    return sides(world.wav(callSid)).left.subarray(at, at + 1600);
  };
  expect(hello(first)).not.toEqual(hello(second));
  const listener = world.registry.listen();
  const heard = [first, second].flatMap(({ callSid }) => listener.hear(sides(world.wav(callSid)).left));
  expect(heard.map(({ word }) => word)).toEqual(['Hello?', 'Hello?']);
});

test('words that do not arrive are not answered: with every second frame lost the callee asks again', async () => {
  const call = await world.call(resident('confirms-at-once'), lines(HELLO, VISIT, HANG_UP), {
    spoil: (frame, index) => (index % 2 === 0 ? SILENT : frame),
  });
  expect(call.heard).toEqual([]);
  expect(call.said[1]).not.toBe('Hello?');
});

test('a voice that nobody registered is answered by its pauses, in the persona order', async () => {
  const call = await world.call(
    resident('cancels'),
    lines(HELLO, VISIT, 'Shall I cancel it?', 'Your cleaning is cancelled.', 'Goodbye then, and thank you.'),
    { known: false },
  );
  expect(call.said).toEqual([
    'Hello?',
    'Yes, this is Maria Lopez.',
    'I need to cancel it, please.',
    'Yes, please cancel it.',
    'Yes.',
    'Thank you. Bye.',
  ]);
  expect(call.by).toBe('callee');
});

test('dead silence makes a callee say hello again, and then hang up', async () => {
  const patient = await world.call(resident('confirms-at-once'), lines());
  expect(patient.said).toEqual(['Hello?', 'Hello?']);
  expect(patient.by).toBe('callee');
  const impatient = await world.call(resident('interrupts'), lines());
  expect(impatient.durationMs).toBeLessThan(patient.durationMs - 4000);
  const [first, again] = impatient.events.filter((event) => event.kind === 'said');
  expect((again?.atMs ?? 0) - (first?.endMs ?? 0)).toBeGreaterThanOrEqual(2900);
  expect((again?.atMs ?? 0) - (first?.endMs ?? 0)).toBeLessThanOrEqual(3200);
});

test('a callee who was not understood says the same again, even what would be said once', async () => {
  const call = await world.call(
    resident('asks-a-question', { asks: 'bring' }),
    lines(
      HELLO,
      VISIT,
      "I'm sorry, I didn't catch that. Does Tuesday still work for you?",
      'Sorry, could you say that again?',
      HANG_UP,
    ),
  );
  expect(call.said[2]).toBe('I think so. Do I need to bring anything?');
  expect(call.said.slice(3)).toEqual([call.said[2], call.said[2]]);
});

test('who is asked for decides: a child of the house, the partner, and a name nobody has', async () => {
  const who = resident('confirms-at-once', {
    household: [
      { name: { given: 'Nina', family: 'Lopez' }, relation: 'child' },
      { name: { given: 'Carl', family: 'Lopez' }, relation: 'partner' },
    ],
  });
  const ask = async (name: string) =>
    (await world.call(who, lines(`Am I speaking with ${name}?`, HANG_UP))).said[1];
  expect(await ask('Nina Lopez')).toBe("Yes, this is Nina's parent. You can talk to me.");
  expect(await ask('Carl Lopez')).toBe('No, Carl is not home right now. This is Maria.');
  expect(await ask('Walter Finch')).toBe('No, there is no Walter Finch here. This is Maria.');
  expect(await ask('Maria Lopez')).toMatch(/^Yes/);
});

test('a date of birth is said in words', async () => {
  const who = resident('confirms-at-once', { birthDate: '1967-06-12' });
  const call = await world.call(
    who,
    lines('Can you tell me your date of birth?', 'And the year you were born in?', HANG_UP),
  );
  expect(call.said.slice(1)).toEqual(['June twelfth, nineteen sixty seven.', 'nineteen sixty seven.']);
});

test('the same seed and call sid make the same call, another call sid another', () => {
  const who = resident('confirms-at-once');
  const ringMs = (callSid: string): number => {
    const ringing = world.network(who).ring({ callSid, from: '+13125550100', to: who.number });
    return ringing.kind === 'answers' ? ringing.afterMs : Number.NaN;
  };
  expect(ringMs('CAone')).toBe(ringMs('CAone'));
  expect(new Set(Array.from({ length: 8 }, (_, index) => ringMs(`CA${index}`))).size).toBeGreaterThan(4);
});

test('a number that is not in the book is unreachable, and a call sid that is a path is refused', () => {
  const network = world.network(resident('cancels'));
  expect(network.ring({ callSid: 'CA9', from: '+13125550100', to: '+13125550199' })).toEqual({
    kind: 'unreachable',
    sipCode: 404,
  });
  expect(() => network.ring({ callSid: '../x', from: '+13125550100', to: '+13125550142' })).toThrow(
    'call sid',
  );
});

test('a persona that nobody wrote is refused when the network is built', () => {
  expect(() => world.network(resident('sings'))).toThrow('+13125550142: no persona "sings"');
});

test('a disk that cannot be written to ends the recording, not the call', async () => {
  const events: string[] = [];
  const who = resident('confirms-at-once');
  const blocked = join(world.recordingsDir, 'a-file');
  writeFileSync(blocked, '');
  const network = createPhoneNetwork({
    directory: new Map([[who.number, who]]),
    personas: loadPersonas(),
    synthesiser: world.synthesiser,
    registry: world.registry,
    recordingsDir: join(blocked, 'recordings'),
    seed: 1,
    onEvent: (_, event) => events.push(event.kind),
  });
  const ringing = network.ring({ callSid: 'CA8', from: '+13125550100', to: who.number });
  if (ringing.kind !== 'answers') throw new Error('somebody answers');
  await network.settled();
  ringing.handset.connected({
    callSid: 'CA8',
    from: '',
    to: '',
    dtmf: () => undefined,
    hangUp: () => undefined,
  });
  for (let tick = 0; tick < 100; tick += 1) expect(ringing.handset.tick(SILENT)).toHaveLength(160);
  ringing.handset.disconnected();
  expect(events).toEqual(['recording_failed', 'answered', 'said', 'hung_up']);
});

test('a hundred handsets cost less than a fifth of a core', async () => {
  const who = resident('confirms-at-once');
  const network = world.network(who);
  const handsets = Array.from({ length: 100 }, (_, index) => {
    const ringing = network.ring({ callSid: `CAload${index}`, from: '+13125550100', to: who.number });
    if (ringing.kind !== 'answers') throw new Error('somebody answers');
    ringing.handset.connected({
      callSid: '',
      from: '',
      to: '',
      dtmf: () => undefined,
      hangUp: () => undefined,
    });
    return ringing.handset;
  });
  await network.settled();
  const before = process.cpuUsage();
  const ticks = 200;
  for (let tick = 0; tick < ticks; tick += 1) for (const handset of handsets) handset.tick(SILENT);
  const { user } = process.cpuUsage(before);
  for (const handset of handsets) handset.disconnected();
  expect(user / 1000 / (ticks * 20)).toBeLessThan(0.2);
});
