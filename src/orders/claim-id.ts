import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../context/call-context.js';
import { WEEXOutcomeUnknownError } from '../errors/index.js';
import type { Coordinator, IdClaim } from '../policies/coordinator.js';
import { idsInDoubt, keepUnknown } from './ids-in-doubt.js';

/** A call that needs its client order id for itself. */
export interface IdApplicant {
  readonly id: string;
  /** The account, or the method that places its orders. */
  readonly account: string | object;
  readonly policy: IPolicy;
  readonly operation: string | undefined;
  /** The attempt that it is made in. */
  readonly outer: CallContext | undefined;
}

/**
 * Takes a client order id for a call, in this process and, where the policy has a coordinator that keeps ids, among
 * all. A call in an attempt that has the id itself is part of that one.
 *
 * @throws WEEXOutcomeUnknownError where another call with the id is under way.
 */
export async function claimId(applicant: IdApplicant): Promise<IdClaim> {
  const { id, outer, policy } = applicant;
  const owner = ownerOf(id, outer);
  const ids = idsInDoubt(owner ?? applicant.account);
  const before = ids.get(id);
  if (before === 'under-way') throw underWay(applicant);
  ids.set(id, 'under-way');
  let elsewhere: IdClaim | undefined;
  const release = (isUnknown: boolean): void => {
    if (isUnknown) keepUnknown(ids, id);
    else ids.delete(id);
    elsewhere?.release(isUnknown);
  };
  const { coordinator } = (policy as { options?: { coordinator?: Coordinator | undefined } }).options ?? {};
  if (!owner && coordinator?.claimId) {
    const claim = await coordinator.claimId(id);
    if (claim === 'under-way') {
      release(before === 'unknown');
      throw underWay(applicant);
    }
    elsewhere = claim;
  }
  return { isUnknown: before === 'unknown' || elsewhere?.isUnknown === true, release };
}

/** The attempt with this id that a call is made in. */
export function ownerOf(id: string, outer: CallContext | undefined): CallContext | undefined {
  let link = outer;
  while (link && link.clientOrderId !== id) link = link.outer;
  return link;
}

function underWay({ id, operation = 'the call' }: IdApplicant): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(
    `Cannot send ${operation}: another call with client order id ${id} is under way. Wait for that one, or use an id ` +
      'of its own for another order',
    { clientOrderId: id },
  );
}
