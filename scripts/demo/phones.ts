import type { Booked, Someone, Waiting } from './roster.ts';

type Data = Readonly<Record<string, unknown>>;

const VOICES: Readonly<Record<Someone['sex'], readonly Data[]>> = {
  female: [
    { voice: 'slt' },
    { voice: 'slt', pitchHz: 205, stretch: 0.95 },
    { voice: 'slt', pitchHz: 165, stretch: 1.1 },
    { voice: 'slt', pitchHz: 185 },
  ],
  male: [
    { voice: 'awb' },
    { voice: 'kal16' },
    { voice: 'awb', pitchHz: 115, stretch: 1.05 },
    { voice: 'kal16', pitchHz: 95, stretch: 0.95 },
  ],
};

/** Who picks up at each number of the emulated telephone network. One person answers a phone, whoever else shares it. */
export function makePeople(booked: readonly Booked[], waiting: readonly Waiting[]): Data {
  const everyone = [...booked, ...waiting].map(({ someone }) => someone);
  return {
    people: everyone.flatMap((someone, index) =>
      someone.phone === null || someone.sharesPhoneOf !== null ? [] : [answering(someone, index, everyone)],
    ),
  };
}

function answering(someone: Someone, index: number, everyone: readonly Someone[]): Data {
  const voices = VOICES[someone.sex];
  const household = everyone.filter(({ sharesPhoneOf }) => sharesPhoneOf === someone.id);
  const other = someone.sex === 'female' ? 'male' : 'female';
  return {
    number: someone.phone,
    persona: someone.persona,
    name: { given: someone.given, family: someone.family },
    birthDate: someone.birthDate,
    speech: voices[Math.floor(index / 2) % voices.length],
    ...(household.length === 0
      ? {}
      : {
          household: household.map((member) => ({
            name: { given: member.given, family: member.family },
            birthDate: member.birthDate,
            relation: member.guardian === null ? 'partner' : 'child',
          })),
        }),
    ...(someone.persona === 'spouse-answers'
      ? { spouse: { name: { given: 'Alexis', family: someone.family }, speech: VOICES[other][0] } }
      : {}),
    ...(someone.persona === 'wrong-number'
      ? { stranger: { name: { given: 'Pat', family: 'Doyle' }, speech: VOICES[other][1] } }
      : {}),
    ...(someone.persona === 'wants-another-day'
      ? { wishes: { partOfDay: index % 2 === 0 ? 'morning' : 'afternoon' } }
      : {}),
    ...(someone.persona === 'asks-a-question' ? { asks: index % 2 === 0 ? 'parking' : 'bring' } : {}),
  };
}
