import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import { WEEXOutcomeUnknownError } from '../errors/index.js';
import type { Coordinator, IdClaim } from '../policies/options/coordinator.js';
import { type IdsInDoubt, idsInDoubt } from './ids-in-doubt.js';
import type { IntentJournal } from './intent-journal.js';
import { isLeftOpen } from './journal-settlements.js';

/** A call that needs its client order id for itself. */
export interface ClaimOptions {
  readonly id: string;
  /** The account, or the method that places its orders. */
  readonly account: string | object;
  /** Whose ids the coordinator keeps apart: it knows one account. Default: the name of the account. */
  readonly kind?: string | undefined;
  readonly policy?: IPolicy | undefined;
  /** What knows of the ids of other processes. Default: that of the policy. */
  readonly coordinator?: Coordinator | undefined;
  /** Where it is written down: by its id alone, so that one journal has room for one of them. */
  readonly journal?: IntentJournal | undefined;
  readonly operation: string | undefined;
  /** The attempt that it is made in. */
  readonly outer?: CallContext | undefined;
}

/** What a call holds of its id. */
export interface OwnClaim extends IdClaim {
  /** How long this process has sent nothing with it, in milliseconds, if it is unknown. */
  readonly unknownForMs: number;
  /** As in a claim among processes; `hasSent` says whether the call itself sent anything. */
  release(isUnknown: boolean, hasSent?: boolean): void;
  /** @throws WEEXOutcomeUnknownError where another process turned out to have the id. To be called before each send. */
  check(): void;
  /** What `check` has thrown. */
  refusal: WEEXOutcomeUnknownError | undefined;
}

/**
 * Claims a client order id for a call, in this process and, if the policy has a coordinator that keeps ids, among all
 * processes. An id that a journal holds open is unknown, even after a restart. A call inside an attempt with the same
 * id is part of that attempt.
 *
 * @throws WEEXOutcomeUnknownError if another call with the id is under way.
 */
export async function claimId(options: ClaimOptions): Promise<OwnClaim> {
  const { account, id, journal, outer, policy } = options;
  const owner = ownerOf(id, outer);
  const registers: IdsInDoubt[] = [idsInDoubt(owner ?? account)];
  if (!owner && journal) registers.push(idsInDoubt(journal));
  const before = registers.map((ids) => ids.take(id));
  let claim: IdClaim | 'under-way' | undefined;
  const unknownForMs = Math.max(0, ...registers.map((ids) => ids.unknownForMs(id)));
  const release = (isUnknown: boolean, hasSent?: boolean): void => {
    for (const [index, ids] of registers.entries())
      if (before[index] !== 'under-way') ids.release(id, isUnknown, hasSent);
    if (typeof claim === 'object') claim.release(isUnknown);
  };
  let isUnknown = before.includes('unknown');
  try {
    if (before.includes('under-way')) throw underWay(options);
    const named = typeof account === 'string' ? account : undefined;
    const { coordinator = coordinatorOf(policy), kind = named } = options;
    claim = owner ? undefined : await coordinator?.claimId?.(id, kind);
    if (claim === 'under-way') throw underWay(options);
    isUnknown ||=
      claim?.isUnknown === true || (!owner && journal !== undefined && (await isLeftOpen(journal, id)));
    const own: OwnClaim = {
      isUnknown,
      unknownForMs,
      release,
      refusal: undefined,
      check() {
        const late = typeof claim === 'object' ? claim.late : undefined;
        if (!late) return;
        own.refusal = late === 'unknown' ? leftUnknown(options) : underWay(options);
        throw own.refusal;
      },
    };
    return own;
  } catch (error) {
    release(isUnknown, false);
    throw error;
  }
}

/** That of the policy, or of the first one in it that has one. */
function coordinatorOf(policy: IPolicy | undefined): Coordinator | undefined {
  const { options, wrapped = [] } = (policy ?? {}) as PolicyParts;
  const inside = [...wrapped, ...(options?.inner ? [options.inner] : [])];
  return options?.coordinator ?? inside.map(coordinatorOf).find((coordinator) => coordinator !== undefined);
}

interface PolicyParts {
  readonly options?: { readonly coordinator?: Coordinator | undefined; readonly inner?: IPolicy | undefined };
  /** Those that cockatiel's `wrap` was given. */
  readonly wrapped?: readonly IPolicy[];
}

/** The attempt with this id that a call is made in. */
export function ownerOf(id: string, outer: CallContext | undefined): CallContext | undefined {
  let link = outer;
  while (link && link.clientOrderId !== id) link = link.outer;
  return link;
}

function underWay({ id, operation = 'the call' }: ClaimOptions): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(
    `Cannot send ${operation}: another call with client order id ${id} is under way. Wait for that call, or use a ` +
      'different id for a different order',
    { clientOrderId: id },
  );
}

function leftUnknown({ id, operation = 'the call' }: ClaimOptions): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(
    `Cannot send ${operation}: an earlier call of another process left open what became of client order id ${id}. Look ` +
      'it up, or call again: then it is looked up first',
    { clientOrderId: id },
  );
}
