/** The write-back stage over a store and a scheduling system that do what a test says. */
import type { Appointment } from '../../src/domain/appointment.ts';
import type { Result } from '../../src/domain/result.ts';
import { err, ok } from '../../src/domain/result.ts';
import { plusMs } from '../../src/domain/time.ts';
import type {
  CommandResult,
  ReadFailure,
  SchedulingSystem,
  SystemAppointment,
} from '../../src/ports/schedulingSystem.ts';
import type { PracticeStore } from '../../src/ports/store/practiceStore.ts';
import type {
  Settlement,
  WriteBack,
  WriteBackCommand,
  WriteBackState,
  WriteBackStore,
} from '../../src/ports/store/writeBackStore.ts';
import type { WriteBackDeps } from '../../src/writeback/deliverWriteBacks.ts';
import { EVENING, appointment, of, practice } from './night.ts';
import { onlyThese } from './onlyThese.ts';
import { silentLog } from './silentLog.ts';
import { virtualClock } from './virtualClock.ts';

export const CONFIRM: WriteBackCommand = {
  kind: 'confirm',
  appointment: of('apt-ada'),
  external: of('ext-apt-ada'),
  version: of('1'),
};
export const CANCEL: WriteBackCommand = { ...CONFIRM, kind: 'cancel', reason: 'pat-crs' };
export const BOOK: WriteBackCommand = {
  kind: 'book',
  book: {
    slot: of('s1'),
    start: EVENING,
    end: plusMs(EVENING, 1),
    patient: of('pat-ada'),
    location: of('loc-chicago'),
    provider: null,
    visitTypeCode: 'clean',
  },
  opening: { slot: of('s1'), start: EVENING, end: plusMs(EVENING, 1), provider: null, spokenProvider: '' },
  replaces: of('apt-ada'),
  offer: null,
};

export const seenAs = (
  over: Partial<Pick<Appointment, 'status' | 'participation' | 'version'>>,
): SystemAppointment => {
  const { external, version, status, participation, start, end } = appointment(over);
  return {
    external,
    version,
    status,
    participation,
    patient: of('pat-ada'),
    location: null,
    provider: null,
    visitTypeCode: null,
    slots: [],
    start,
    end,
  };
};

type Answer = CommandResult | (() => Promise<CommandResult>);

/** One row of the outbox, and a scheduling system whose answers are given one after the other; the last is given for ever. */
export class Desk {
  readonly clock = virtualClock(EVENING);
  readonly sent: { readonly command: string; readonly key: string }[] = [];
  readonly settlements: Settlement[] = [];
  readonly wanted: Parameters<WriteBackStore['wantBooking']>[0][] = [];
  answers: Answer[] = [{ kind: 'landed', external: of('ext-apt-ada'), version: of('2') }];
  seen: SystemAppointment | null | 'unread' = seenAs({});
  state: WriteBackState | 'taken' = 'pending';
  tries = 0;
  fenced = false;
  readonly #command: WriteBackCommand;

  constructor(command: WriteBackCommand) {
    this.#command = command;
  }

  async #answer(command: string, key: string): Promise<CommandResult> {
    this.sent.push({ command, key });
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer === undefined) throw new Error('no answer given');
    return typeof answer === 'function' ? answer() : answer;
  }

  #settle(settlement: Settlement): void {
    this.settlements.push(settlement);
    this.state = settlement.kind === 'retry' ? 'retry_wait' : settlement.kind;
  }

  get deps(): WriteBackDeps {
    const writeBacks: Partial<WriteBackStore> = {
      take: async (id): Promise<WriteBack | null> => {
        const { state } = this;
        if (state === 'taken' || state === 'landed' || state === 'superseded' || state === 'dead')
          return null;
        this.tries += 1;
        this.state = 'sending';
        return { id, key: 'key', state, tries: this.tries, command: this.#command, createdAt: EVENING };
      },
      settle: async (_id, settlement) => {
        this.#settle(settlement);
        return { freed: null };
      },
      wantBooking: async (wanted) => {
        this.wanted.push(wanted);
        return this.fenced ? null : of('row');
      },
      unsettled: async () => {
        const { state } = this;
        return state === 'taken' ? [] : [{ id: of('row'), state, since: EVENING }];
      },
    };
    const getAppointment = async (): Promise<Result<SystemAppointment | null, ReadFailure>> =>
      this.seen === 'unread' ? err({ kind: 'unavailable' }) : ok(this.seen);
    return {
      store: {
        practice: onlyThese<PracticeStore>({ current: async () => practice() }),
        writeBacks: onlyThese<WriteBackStore>(writeBacks),
      },
      scheduling: onlyThese<SchedulingSystem>({
        confirm: ({ key, version }) => this.#answer(`confirm ${version}`, key),
        cancel: ({ key, version, reason }) => this.#answer(`cancel ${version} ${reason}`, key),
        book: ({ key, slot }) => this.#answer(`book ${slot}`, key),
        getAppointment,
      }),
      clock: this.clock,
      random: { next: () => 0, uuid: () => '' },
      log: silentLog,
      retryCapMs: 24 * 3_600_000,
    };
  }
}
