/** All that the product prints. Standard output is for what was asked for, standard error for everything else. */
export interface Terminal {
  /** A line for a person. With --json it goes to standard error, since standard output is one document. */
  line(text?: string): void;
  /** What is going on right now: replaces the last such line on a terminal, and is left out anywhere else. */
  status(text: string): void;
  /** The one document of --json. */
  document(value: unknown): void;
  /** What went wrong, one line. */
  fault(text: string): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001B[K';

/**
 * @param mode `json` keeps standard output for the document; `silent` leaves out everything but documents and faults.
 */
export function createTerminal(
  mode: { readonly json: boolean; readonly silent: boolean },
  streams: { readonly stdout: Output; readonly stderr: Output } = process,
): Terminal {
  const people = mode.json ? streams.stderr : streams.stdout;
  let standing = false;
  const clear = (): void => {
    if (standing) streams.stderr.write(CLEAR_LINE);
    standing = false;
  };
  return {
    line(text = '') {
      if (mode.silent) return;
      clear();
      people.write(`${text}\n`);
    },
    status(text) {
      if (mode.silent || streams.stderr.isTTY !== true) return;
      const width = (streams.stderr.columns ?? 80) - 1;
      streams.stderr.write(`${CLEAR_LINE}${text.slice(0, width)}`);
      standing = true;
    },
    document(value) {
      clear();
      streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    fault(text) {
      clear();
      streams.stderr.write(`${text}\n`);
    },
  };
}
