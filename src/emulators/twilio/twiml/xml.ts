/** The XML that TwiML needs: elements, attributes, text, the five entities, character references, comments and CDATA. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, trimmed. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/?[A-Za-z_:][^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>|[^<]+|</g;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)\s*=\s*("([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Parses a document; returns the root element, or a sentence that says what is wrong. A document type is refused. */
export function parseXml(document: string): XmlElement | string {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [root];
  for (const [token] of document.replace(/^\uFEFF/, '').matchAll(MARKUP)) {
    const top = open.at(-1) ?? root;
    if (token.startsWith('<!--') || token.startsWith('<?')) continue;
    if (token.startsWith('<![CDATA[')) {
      top.text += token.slice(9, -3);
      continue;
    }
    if (!token.startsWith('<')) {
      const text = decode(token);
      if (text === null) return 'an entity that XML does not know';
      if (open.length === 1 && text.trim() !== '') return 'text outside the root element';
      top.text += text;
      continue;
    }
    const wrong = token.startsWith('</') ? closeElement(token, open) : openElement(token, open);
    if (wrong !== null) return wrong;
  }
  if (open.length > 1) return `<${open.at(-1)?.name ?? ''}> is not closed`;
  const [element, ...others] = root.children;
  if (element === undefined) return 'no root element';
  return others.length === 0 ? element : 'more than one root element';
}

function openElement(token: string, open: Open[]): string | null {
  const inner = token.slice(1, token.endsWith('/>') ? -2 : -1);
  const name = /^[A-Za-z_:][\w:.-]*/.exec(inner)?.[0];
  if (name === undefined) return `markup that is not understood: ${token.slice(0, 40)}`;
  const attributes: Record<string, string> = {};
  const rest = inner.slice(name.length);
  for (const [, key = '', , double, single] of rest.matchAll(ATTRIBUTE)) {
    const value = decode(double ?? single ?? '');
    if (value === null) return 'an entity that XML does not know';
    if (Object.hasOwn(attributes, key)) return `attribute ${key} twice`;
    attributes[key] = value;
  }
  if (rest.replaceAll(ATTRIBUTE, '').trim() !== '') return `an attribute of <${name}> is not understood`;
  const element: Open = { name, attributes, children: [], text: '' };
  if (token.endsWith('/>')) open.at(-1)?.children.push(element);
  else open.push(element);
  return null;
}

function closeElement(token: string, open: Open[]): string | null {
  const name = token.slice(2, -1).trim();
  const closed = open.length > 1 ? open.pop() : undefined;
  if (closed === undefined || closed.name !== name) return `</${name}> closes nothing that is open`;
  closed.text = closed.text.trim();
  open.at(-1)?.children.push(closed);
  return null;
}

/** Replaces entities; null when one is unknown. */
function decode(raw: string): string | null {
  let known = true;
  const text = raw.replaceAll(/&([^;&\s]{0,12});?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
    if (whole.endsWith(';') && code !== null) {
      const point = code[1] === undefined ? Number(code[2]) : Number.parseInt(code[1], 16);
      if (point <= 0x10_ff_ff) return String.fromCodePoint(point);
    }
    const entity = whole.endsWith(';') ? ENTITIES[name] : undefined;
    known &&= entity !== undefined;
    return entity ?? '';
  });
  return known ? text : null;
}
