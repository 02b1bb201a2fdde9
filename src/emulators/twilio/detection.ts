import { missCounter, planAmd, type AmdFault, type AmdPlan } from './amd.ts';
import type { Call } from './call.ts';
import type { Company } from './company.ts';
import type { AmdProfile } from './options.ts';
import type { Params } from './webhooks.ts';
import type { AnsweredBy } from '../phone.ts';

/** Answering machine detection as it happens: late, wrong or missing as the profile and the faults say. */
export class Detection {
  readonly #company: Company;
  readonly #profile: AmdProfile;
  readonly #misses: () => boolean;

  constructor(company: Company, profile: AmdProfile) {
    this.#company = company;
    this.#profile = profile;
    this.#misses = missCounter(profile.missing);
  }

  /**
   * Begins at the answer. `blocked` gets the verdict's fields when the call's instructions had to wait for it (synchronous
   * detection); an asynchronous verdict goes to its own callback, with no field but these four. The result cancels it.
   */
  begin(call: Call, truth: AnsweredBy, blocked: (verdict: Params) => void): () => void {
    const { amd, to } = call.request;
    const plan = amd === null ? null : planAmd(truth, amd, this.#profile, this.#fault(to));
    if (plan === null) return () => undefined;
    return this.#company.time.after(plan.atMs, () => this.#detected(call, plan, blocked));
  }

  #detected(call: Call, plan: AmdPlan, blocked: (verdict: Params) => void): void {
    const { amd, to } = call.request;
    call.answeredBy = plan.verdict;
    const verdict: Params = [
      ['AnsweredBy', plan.verdict],
      ['MachineDetectionDuration', String(Math.round(plan.atMs))],
    ];
    if (amd?.async !== true) blocked(verdict);
    else if (amd.callback !== null) {
      void this.#company.webhooks.send({
        purpose: 'amd',
        url: amd.callback,
        method: amd.callbackMethod,
        to,
        callSid: call.sid,
        params: [['AccountSid', this.#company.accountSid], ['CallSid', call.sid], ...verdict],
      });
    }
  }

  #fault(to: string): AmdFault {
    const { faults } = this.#company;
    const late = faults.use('amd_late', to);
    const wrong = faults.use('amd_wrong', to);
    const never = faults.use('amd_never', to) !== null || this.#misses();
    return {
      ...(late === null ? {} : { lateByMs: late.byMs }),
      ...(wrong === null ? {} : { says: wrong.says }),
      never,
    };
  }
}
