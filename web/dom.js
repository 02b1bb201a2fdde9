/** Elements made of text nodes only, and lists that are updated in place: nothing that somebody said can become markup. */

/**
 * @param {string} name of the element, with classes: `p.small.muted`
 * @param {Record<string, string | number | boolean | null | EventListener>} [attributes] null and false are left out, functions listen
 * @param {...(Node | string | number | null | false)} children
 */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null && child !== false) element.append(child);
  return element;
}

/** The element of the page with that id. */
export const at = (id) => document.getElementById(id);

/** Writes text only where it differs, so that a selection or a screen reader is not disturbed. */
export function say(element, text) {
  const next = String(text ?? '');
  if (element.textContent !== next) element.textContent = next;
}

export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

const kept = new WeakMap();

/**
 * Makes the children of `parent` those of `items`, by key: what stays is updated in place, nothing is rebuilt.
 * @param create makes `{ node, update(item) }` for a new item
 */
export function keyed(parent, items, keyOf, create) {
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  let previous = null;
  for (const item of items) {
    const key = keyOf(item);
    const entry = before.get(key) ?? create(item);
    entry.update(item);
    after.set(key, entry);
    const place = previous === null ? parent.firstChild : previous.nextSibling;
    if (place !== entry.node) parent.insertBefore(entry.node, place);
    previous = entry.node;
  }
  for (const [key, entry] of before) if (!after.has(key)) entry.node.remove();
  kept.set(parent, after);
}

/** Cells of a table row that are filled by `fill(cells, item)`; `labels` are shown beside the cells on a phone. */
export function row(labels, fill) {
  const cells = labels.map((label, index) =>
    index === 0 ? h('th', { scope: 'row', 'data-label': label }) : h('td', { 'data-label': label }),
  );
  return { node: h('tr', {}, ...cells), update: (item) => fill(cells, item) };
}

/** Puts one link into a cell, or only its text when there is nowhere to go. */
export function link(cell, href, text) {
  let anchor = cell.querySelector('a');
  if (href === null) {
    if (anchor !== null) anchor.remove();
    say(cell, text);
    return;
  }
  if (anchor === null) {
    anchor = h('a');
    cell.replaceChildren(anchor);
  }
  if (anchor.getAttribute('href') !== href) anchor.setAttribute('href', href);
  say(anchor, text);
}

/** `1:05` of 65,000 milliseconds. */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export const millis = (ms) => (ms === null || ms === undefined ? '–' : `${Math.round(ms)} ms`);

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
