import type { IPolicy } from 'cockatiel';
import type { Coordinator, IdClaim } from '../policies/coordinator.js';

/**
 * Takes a client order id for a call among all processes, where the policy has a coordinator that keeps ids.
 *
 * @throws what `underWay` makes, where another process has a call with the id under way.
 */
export function claimElsewhere(
  policy: IPolicy,
  id: string | undefined,
  underWay: (id: string) => Error,
): Promise<IdClaim | undefined> | undefined {
  const { coordinator } = (policy as { options?: { coordinator?: Coordinator | undefined } }).options ?? {};
  if (id === undefined) return undefined;
  return coordinator?.claimId?.(id).then((claim) => {
    if (claim === 'under-way') throw underWay(id);
    return claim;
  });
}
