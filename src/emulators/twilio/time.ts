/** The emulator's time: dates shifted by an offset, elapsed time monotonic, and timers that all die with the emulator. */
export interface EmulatorTime {
  /** Wall clock with the offset, epoch milliseconds. */
  nowMs(): number;
  /** Monotonic milliseconds; the origin means nothing. */
  monotonicMs(): number;
  /** Runs `then` once after `ms`; the result cancels it. */
  after(ms: number, then: () => void): () => void;
  /** Cancels every timer; none starts again. */
  close(): void;
}

export function emulatorTime(clockOffsetMs: number): EmulatorTime {
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;
  return {
    nowMs: () => Date.now() + clockOffsetMs,
    monotonicMs: () => performance.now(),
    after: (ms, then) => {
      if (closed) return () => undefined;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          then();
        },
        Math.max(0, ms),
      );
      timers.add(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(timer);
      };
    },
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** A date as Twilio writes it: `Tue, 31 Aug 2010 20:36:28 +0000`. */
export function rfc2822(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace('GMT', '+0000');
}

/** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
export function wait(time: EmulatorTime, ms: number, signal: AbortSignal): Promise<void> {
  return orAbort(
    new Promise((resolve) => {
      const cancel = time.after(ms, resolve);
      signal.addEventListener('abort', cancel, { once: true });
    }),
    signal,
  );
}

/** The promise's value, unless the signal aborts first: then it rejects with the signal's reason. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(asError(signal.reason));
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
