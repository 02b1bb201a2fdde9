/**
 * Judges the JSON summary of a night (`npm start -- --once --json`): node scripts/checkNight.mjs FILE
 * The sums must reconcile with one another and with the scheduling system's own state, whatever the night brought.
 */
import { readFileSync } from 'node:fs';

const night = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const wrong = [];
const must = (holds, what) => {
  if (!holds) wrong.push(what);
};
const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
const of = (kind) => night.byOutcome[kind] ?? 0;

must(night.planned > 0, 'nobody was planned');
must(night.dialed >= night.plannedConfirm, 'not every household was dialed');
must(night.unexplained === 0, `${night.unexplained} unexplained`);
must(night.live === 0, `${night.live} calls still going on`);
must(night.notLanded === 0, `${night.notLanded} write-backs have not landed`);
must(night.landed + night.superseded === night.writeBacks, 'write-backs do not add up');
must(sum(night.byDisposition) >= night.dialed, 'a dialed call has no disposition');
must(of('confirmed') > 0, 'nobody confirmed');
must(night.turnLatency.turns > 0 && night.turnLatency.p50Ms !== null, 'no turn was measured at the handsets');
must(of('system_failure') === 0, `${of('system_failure')} calls ended in a system failure`);
if (night.scheduler !== null) {
  const { appointments, slots } = night.scheduler;
  const booked = of('rescheduled') + of('accepted_offer');
  must(
    appointments.bookedSinceSeed === booked,
    `the scheduler has ${appointments.bookedSinceSeed} new bookings, the night ${booked}`,
  );
  must(
    appointments.confirmed === of('confirmed'),
    `the scheduler has ${appointments.confirmed} confirmations, the night ${of('confirmed')}`,
  );
  must(
    night.freed === sum(appointments.cancelledByReason),
    `the scheduler cancelled ${sum(appointments.cancelledByReason)}, the night freed ${night.freed}`,
  );
  must(slots.doubleBooked.length <= 1, `slots with two appointments: ${slots.doubleBooked.join(', ')}`);
}
for (const line of wrong) console.error(`the night is wrong: ${line}`);
if (wrong.length > 0) process.exit(1);
console.log(
  `a night of ${night.dialed} calls: ${of('confirmed')} confirmed, ${of('rescheduled')} moved, ${of('cancelled')} cancelled, ${night.filled} filled, ${night.landed} landed`,
);
