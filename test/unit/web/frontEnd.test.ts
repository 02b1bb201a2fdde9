import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { from, pages } from '../../support/nightPages.ts';

const FOLDER = fileURLToPath(new URL('../../../web', import.meta.url));
const read = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const named = (ending: string): readonly string[] =>
  readdirSync(FOLDER).filter((name) => name.endsWith(ending));
const SCRIPTS = named('.js');
const HTML = named('.html');

const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

/** A script and all that it imports. */
function withImports(name: string): ReadonlySet<string> {
  const all = new Set([name]);
  // A set's iteration meets what is added on the way.
  for (const file of all) for (const other of matches(read(file), /from '\.\/([\w.]+)'/g)) all.add(other);
  return all;
}

describe('the files of the pages', () => {
  test('are there', () => {
    expect(HTML).toEqual(['call.html', 'night.html', 'report.html']);
    expect(SCRIPTS.length).toBeGreaterThan(5);
  });

  test.each(SCRIPTS)('%s writes text, never markup or code', (name) => {
    const code = read(name);
    for (const way of [
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc/,
      /\beval\b|new Function|javascript:/,
      /setAttribute\(\s*['"](on|style)/,
    ])
      expect(code).not.toMatch(way);
    expect(matches(code, /from '([^']+)'/g).filter((source) => !/^\.\/\w+\.js$/.test(source))).toEqual([]);
    expect(code).not.toMatch(/https?:\/\//);
  });

  test.each(HTML)('%s has no script, style or handler of its own, and loads only ours', (name) => {
    const page = read(name);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\/assets\/)|https?:\/\//);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('name="viewport"');
  });

  test.each(HTML)('all that %s loads is served, as what it is', async (name) => {
    const [script = ''] = matches(read(name), /src="\/assets\/([\w.]+)"/g);
    const paths = [...withImports(script)].map((file) => `/assets/${file}`);
    const types = new Map<string, string>();
    for (const path of [...paths, '/assets/style.css', '/favicon.ico']) {
      const answer = await pages().request(`http://localhost${path}`, {}, from('127.0.0.1'));
      if (answer.status === 200) types.set(path, answer.headers.get('content-type') ?? '');
    }
    expect(types.get('/assets/style.css')).toContain('text/css');
    expect(types.get('/favicon.ico')).toBe('image/svg+xml');
    for (const path of paths) expect(types.get(path)).toContain('text/javascript');
  });

  test.each(HTML)('every part that the scripts of %s write to is in the page', (name) => {
    const page = read(name);
    const [script = ''] = matches(page, /src="\/assets\/([\w.]+)"/g);
    const wanted = [...withImports(script)].flatMap((file) => matches(read(file), /\bat\('([\w-]+)'\)/g));
    const ids = new Set(matches(page, /\sid="([\w-]+)"/g));
    expect(wanted.length).toBeGreaterThan(5);
    expect([...new Set(wanted)].filter((id) => !ids.has(id))).toEqual([]);
    expect(ids.size).toBe(matches(page, /\sid="([\w-]+)"/g).length);
  });
});

/** As much of an element as dom.js asks for. */
class Part {
  readonly tag: string;
  parent: Part | null = null;
  parts: (Part | string)[] = [];
  className = '';
  readonly attributes = new Map<string, string>();
  constructor(tag: string) {
    this.tag = tag;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  append(part: Part | string): void {
    if (part instanceof Part) part.parent = this;
    this.parts.push(part);
  }
  insertBefore(part: Part, before: Part | null): void {
    part.remove();
    part.parent = this;
    this.parts.splice(before === null ? this.parts.length : this.parts.indexOf(before), 0, part);
  }
  remove(): void {
    if (this.parent !== null) this.parent.parts = this.parent.parts.filter((part) => part !== this);
    this.parent = null;
  }
  get firstChild(): Part | string | null {
    return this.parts[0] ?? null;
  }
  get nextSibling(): Part | string | null {
    const siblings = this.parent?.parts ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }
  get textContent(): string {
    return this.parts.map((part) => (part instanceof Part ? part.textContent : part)).join('');
  }
  set textContent(text: string) {
    this.parts = [text];
    writes += 1;
  }
}
let writes = 0;

interface Item {
  readonly key: string;
  readonly text: string;
}
interface Entry {
  readonly node: Part;
  readonly update: (item: Item) => void;
}
const isFunction = (value: unknown): boolean => typeof value === 'function';
const Dom = z.object({
  h: z.custom<(name: string, attributes?: object, ...children: (Part | string | null)[]) => Part>(isFunction),
  say: z.custom<(element: Part, text: unknown) => void>(isFunction),
  clock: z.custom<(ms: number) => string>(isFunction),
  keyed:
    z.custom<
      (
        parent: Part,
        items: readonly Item[],
        keyOf: (item: Item) => string,
        create: (item: Item) => Entry,
      ) => void
    >(isFunction),
});

describe('dom.js', () => {
  let dom: z.infer<typeof Dom>;
  beforeAll(async () => {
    vi.stubGlobal('document', { createElement: (tag: string) => new Part(tag) });
    dom = Dom.parse(await import(`${FOLDER}/dom.js`));
  });
  afterAll(() => vi.unstubAllGlobals());

  const list = (parent: Part, ...texts: readonly string[]) => {
    dom.keyed(
      parent,
      texts.map((text) => ({ key: text.charAt(0), text })),
      (item) => item.key,
      () => {
        const node = new Part('li');
        return { node, update: (item) => dom.say(node, item.text) };
      },
    );
    return parent.parts.map((part) => (part instanceof Part ? part.textContent : part));
  };

  test('what somebody is called stays text', () => {
    const name = '<img src=x onerror=alert(1)>';
    const cell = dom.h('td.who', { title: name }, name);
    expect(cell).toMatchObject({ tag: 'td', className: 'who', parts: [name] });
    expect(cell.attributes.get('title')).toBe(name);
  });

  test('a list is updated in place: what stays is the same element, in the new order', () => {
    const parent = new Part('ul');
    expect(list(parent, 'a1', 'b1', 'c1')).toEqual(['a1', 'b1', 'c1']);
    const [a, b, c] = parent.parts;
    expect(list(parent, 'c2', 'a1', 'd1', 'b1')).toEqual(['c2', 'a1', 'd1', 'b1']);
    expect(parent.parts[0]).toBe(c);
    expect(parent.parts[1]).toBe(a);
    expect(parent.parts[3]).toBe(b);
    expect(list(parent, 'd1')).toEqual(['d1']);
    expect(list(parent)).toEqual([]);
  });

  test('nothing is written where nothing has changed', () => {
    const parent = new Part('ul');
    list(parent, 'a1', 'b1');
    const before = writes;
    list(parent, 'a1', 'b1');
    expect(writes).toBe(before);
    list(parent, 'a1', 'b2');
    expect(writes).toBe(before + 1);
  });

  test('lengths are said as minutes and seconds', () => {
    expect([0, 999, 65_000, 600_000, -5].map(dom.clock)).toEqual(['0:00', '0:00', '1:05', '10:00', '0:00']);
  });
});
