import { expect, test } from 'vitest';
import { createTerminal } from '../../../src/runtime/terminal.ts';

function screen(mode: { readonly json: boolean; readonly silent: boolean }, isTTY = true) {
  const written = { out: '', err: '' };
  const terminal = createTerminal(mode, {
    stdout: { isTTY, write: (text) => (written.out += text) },
    stderr: { isTTY, columns: 20, write: (text) => (written.err += text) },
  });
  return { terminal, written };
}

test('with --json standard output holds one document and nothing else', () => {
  const { terminal, written } = screen({ json: true, silent: false });
  terminal.line('Good evening');
  terminal.status('12 calls');
  terminal.document({ dialed: 12 });
  terminal.fault('late');
  expect(JSON.parse(written.out)).toEqual({ dialed: 12 });
  expect(written.err).toContain('Good evening\n');
});

test('when silent there are only documents and faults', () => {
  const { terminal, written } = screen({ json: false, silent: true });
  terminal.line('Good evening');
  terminal.status('12 calls');
  terminal.fault('PORT is taken.');
  expect(written).toEqual({ out: '', err: 'PORT is taken.\n' });
});

test('a status line is cut to the width, replaced by the next, and gone before a line is printed', () => {
  const { terminal, written } = screen({ json: false, silent: false });
  terminal.status('0123456789012345678901234');
  terminal.status('b');
  terminal.line('c');
  expect(written.err).toBe('\r\u001B[K0123456789012345678\r\u001B[Kb\r\u001B[K');
  expect(written.out).toBe('c\n');
});

test('a pipe gets no status lines', () => {
  const { terminal, written } = screen({ json: false, silent: false }, false);
  terminal.status('12 calls');
  expect(written).toEqual({ out: '', err: '' });
});
