import { makeBook } from './book.ts';
import { makePeople } from './phones.ts';
import { makePractice } from './practice.ts';
import { everybody } from './roster.ts';

/** The demo's files by name. */
export function demoFiles(): Readonly<Record<string, string>> {
  const { booked, waiting } = everybody();
  return {
    'practice.json': `${JSON.stringify(makePractice(booked, waiting), null, 2)}\n`,
    'schedule.json': listed(makeBook(booked, waiting), 'resources'),
    'people.json': listed(makePeople(booked, waiting), 'people'),
  };
}

/** One list item a line, so that a change to one person is a change to one line. */
function listed(file: Readonly<Record<string, unknown>>, list: string): string {
  const items = file[list];
  if (!Array.isArray(items)) throw new Error(`${list} is no list`);
  const rest = Object.entries(file).filter(([key]) => key !== list);
  const head = rest.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`).join('');
  const lines = items.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
  return `{\n${head}  ${JSON.stringify(list)}: [\n${lines}\n  ]\n}\n`;
}
