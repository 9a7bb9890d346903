import { checkOrderSafety } from './check-order-safety.js';
import type { OrderSafety, SettleMs } from './order-safety.js';
import { type Patience, patienceOf } from './patience.js';
import type { Venue } from './venue.js';

/** The patience of each call; recalculated only if a function returns a different one. */
export function patienceSource<This, Args extends unknown[], Result>(
  safety: OrderSafety<This, Args, Result>,
): (call: { readonly self: This; readonly args: Args }) => Patience {
  const { settleMs, reconcileDeadlineMs, venue } = safety;
  if (
    typeof settleMs !== 'function' &&
    typeof reconcileDeadlineMs !== 'function' &&
    typeof venue !== 'function'
  ) {
    const patience = patienceOf({ settleMs, reconcileDeadlineMs, venue });
    return () => patience;
  }
  let last: { readonly answers: CallAnswers; readonly patience: Patience } | undefined;
  return ({ args, self }) => {
    const answers: CallAnswers = {
      settleMs: typeof settleMs === 'function' ? settleMs.apply(self, args) : settleMs,
      reconcileDeadlineMs:
        typeof reconcileDeadlineMs === 'function'
          ? reconcileDeadlineMs.apply(self, args)
          : reconcileDeadlineMs,
      venue: venueOf(safety, self, args),
    };
    if (
      !last ||
      last.answers.settleMs !== answers.settleMs ||
      last.answers.reconcileDeadlineMs !== answers.reconcileDeadlineMs ||
      last.answers.venue !== answers.venue
    ) {
      const asked = { ...safety, ...answers };
      checkOrderSafety(asked);
      last = { answers, patience: patienceOf(asked) };
    }
    return last.patience;
  };
}

/** The venue of a call. */
export function venueOf<This, Args extends unknown[], Result>(
  { venue }: OrderSafety<This, Args, Result>,
  self: This,
  args: Args,
): Venue | undefined {
  return typeof venue === 'function' ? venue.apply(self, args) : venue;
}

/** The patience settings of a call. */
interface CallAnswers {
  readonly settleMs: SettleMs | undefined;
  readonly reconcileDeadlineMs: number | undefined;
  readonly venue: Venue | undefined;
}
