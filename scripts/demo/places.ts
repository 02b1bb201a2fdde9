/** The three offices of the fictional practice, who works there, and what they do. Nobody and nothing here exists. */

export type Visit = 'cleaning' | 'checkup' | 'filling';

export const PRACTICE = { id: 'lakeside', name: 'Lakeside Dental', zone: 'America/Chicago' } as const;

export const VISITS: Readonly<
  Record<Visit, { readonly name: string; readonly spokenName: string; readonly minutes: number }>
> = {
  cleaning: { name: 'Cleaning', spokenName: 'a cleaning', minutes: 60 },
  checkup: { name: 'Check-up', spokenName: 'a check-up', minutes: 30 },
  filling: { name: 'Filling', spokenName: 'a filling', minutes: 60 },
};

export interface Office {
  readonly id: 'chicago' | 'lakewood' | 'buffalo';
  readonly city: string;
  readonly street: string;
  readonly postalCode: string;
  readonly zone: string;
  readonly state: string;
  /** Minutes to add to this office's wall clock to get Chicago's; all three change to summer time together. */
  readonly toChicagoMinutes: number;
  readonly callerId: string;
  readonly voiceId: string;
  readonly areaCodes: readonly string[];
  readonly facts: Readonly<Record<string, string>>;
}

export const OFFICES: readonly Office[] = [
  {
    id: 'chicago',
    city: 'Chicago',
    street: '2140 North Lincoln Avenue',
    postalCode: '60614',
    zone: 'America/Chicago',
    state: 'IL',
    toChicagoMinutes: 0,
    callerId: '+13125550100',
    voiceId: '21m00Tcm4TlvDq8ikWAM',
    areaCodes: ['312', '773', '872', '847'],
    facts: {
      address: 'We are at twenty one forty North Lincoln Avenue, across from the park.',
      parking: 'There is free parking behind the building, and the entrance is on Dickens Avenue.',
      bring: 'Please bring your insurance card and a list of the medicines you take.',
      insurance: 'Our insurance desk is at three one two, five five five, oh one oh one.',
      hours: 'We are open every day from eight in the morning until eight in the evening.',
    },
  },
  {
    id: 'lakewood',
    city: 'Lakewood',
    street: '801 Harlan Street',
    postalCode: '80214',
    zone: 'America/Denver',
    state: 'CO',
    toChicagoMinutes: 60,
    callerId: '+13035550100',
    voiceId: 'pNInz6obpgDQGcFmaJgB',
    areaCodes: ['303', '720'],
    facts: {
      address: 'We are at eight oh one Harlan Street, next to the library.',
      parking: 'You can park in the library lot for two hours at no charge.',
      bring: 'Please bring your insurance card and a list of the medicines you take.',
      insurance: 'Our insurance desk is at three oh three, five five five, oh one oh one.',
      hours: 'We are open every day from eight in the morning until eight in the evening.',
    },
  },
  {
    id: 'buffalo',
    city: 'Buffalo',
    street: '455 Elmwood Avenue',
    postalCode: '14222',
    zone: 'America/New_York',
    state: 'NY',
    toChicagoMinutes: -60,
    callerId: '+17165550100',
    voiceId: '21m00Tcm4TlvDq8ikWAM',
    areaCodes: ['716'],
    facts: {
      address: 'We are at four fifty five Elmwood Avenue, at the corner of West Utica.',
      parking: 'There is street parking, and the garage on West Utica takes our tickets.',
      bring: 'Please bring your insurance card and a list of the medicines you take.',
      insurance: 'Our insurance desk is at seven one six, five five five, oh one oh one.',
      hours: 'We are open every day from eight in the morning until eight in the evening.',
    },
  },
];

export interface Clinician {
  readonly id: string;
  readonly given: string;
  readonly family: string;
  readonly role: 'dentist' | 'hygienist';
  readonly office: Office['id'];
  readonly spokenName: string;
}

const dentist = (office: Office['id'], given: string, family: string): Clinician => ({
  id: family.toLowerCase(),
  given,
  family,
  role: 'dentist',
  office,
  spokenName: `Doctor ${family}`,
});

const hygienist = (office: Office['id'], given: string, family: string): Clinician => ({
  id: family.toLowerCase(),
  given,
  family,
  role: 'hygienist',
  office,
  spokenName: `${given} ${family}`,
});

export const CLINICIANS: readonly Clinician[] = [
  dentist('chicago', 'Amara', 'Okafor'),
  dentist('chicago', 'Felix', 'Brandt'),
  hygienist('chicago', 'Nora', 'Lindqvist'),
  hygienist('chicago', 'Theo', 'Marsh'),
  dentist('lakewood', 'Priya', 'Raman'),
  hygienist('lakewood', 'Sam', 'Calloway'),
  dentist('buffalo', 'Henry', 'Castellano'),
  hygienist('buffalo', 'June', 'Whitaker'),
];

export function officeOf(id: string): Office {
  const office = OFFICES.find((candidate) => candidate.id === id);
  if (!office) throw new Error(`no office ${id}`);
  return office;
}

export function clinicianOf(id: string): Clinician {
  const clinician = CLINICIANS.find((candidate) => candidate.id === id);
  if (!clinician) throw new Error(`no clinician ${id}`);
  return clinician;
}
