import { checkOrderSafety } from './check-order-safety.js';
import type { OrderSafety, SettleMs } from './order-safety.js';
import { type Patience, patienceOf } from './patience.js';

/** The patience of each call; worked out anew only where a function gives another one. */
export function patienceSource<This, Args extends unknown[], Result>(
  safety: OrderSafety<This, Args, Result>,
): (call: { readonly self: This; readonly args: Args }) => Patience {
  const { settleMs, reconcileDeadlineMs } = safety;
  if (typeof settleMs !== 'function' && typeof reconcileDeadlineMs !== 'function') {
    const patience = patienceOf({ ...safety, settleMs, reconcileDeadlineMs });
    return () => patience;
  }
  let last: { readonly told: Told; readonly patience: Patience } | undefined;
  return ({ args, self }) => {
    const told: Told = {
      settleMs: typeof settleMs === 'function' ? settleMs.apply(self, args) : settleMs,
      reconcileDeadlineMs:
        typeof reconcileDeadlineMs === 'function'
          ? reconcileDeadlineMs.apply(self, args)
          : reconcileDeadlineMs,
    };
    if (
      !last ||
      last.told.settleMs !== told.settleMs ||
      last.told.reconcileDeadlineMs !== told.reconcileDeadlineMs
    ) {
      const asked = { ...safety, ...told };
      checkOrderSafety(asked);
      last = { told, patience: patienceOf(asked) };
    }
    return last.patience;
  };
}

/** What a call tells of its patience. */
interface Told {
  readonly settleMs: SettleMs | undefined;
  readonly reconcileDeadlineMs: number | undefined;
}
