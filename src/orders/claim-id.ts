import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import { WEEXOutcomeUnknownError } from '../errors/index.js';
import type { Coordinator, IdClaim } from '../policies/options/coordinator.js';
import { type IdsInDoubt, idsInDoubt } from './ids-in-doubt.js';
import type { IntentJournal } from './intent-journal.js';
import { isLeftOpen } from './journal-settlements.js';

/** A call that needs exclusive use of its client order id. */
export interface ClaimOptions {
  readonly id: string;
  /** The account, or the method that places its orders. */
  readonly account: string | object;
  /** The scope in which the coordinator keeps ids unique; it knows one account. Default: the name of the account. */
  readonly kind?: string | undefined;
  readonly policy?: IPolicy | undefined;
  /** Knows the ids in use in other processes. Default: the policy's. */
  readonly coordinator?: Coordinator | undefined;
  /** The journal of the call. It has entries by id only, so one journal has room for one call per id. */
  readonly journal?: IntentJournal | undefined;
  readonly operation: string | undefined;
  /** The attempt in which the call is made. */
  readonly outer?: CallContext | undefined;
}

/** A call's claim on its id. */
export interface OwnClaim extends IdClaim {
  /** For how long this process has sent nothing with the id, in milliseconds, if its outcome is unknown. */
  readonly unknownForMs: number;
  /** Like a claim among processes; `hasSent`: whether the call itself sent anything. */
  release(isUnknown: boolean, hasSent?: boolean): void;
  /** Called before each send. @throws WEEXOutcomeUnknownError if another process turned out to use the id. */
  check(): void;
  /** The error that `check` has thrown. */
  refusal: WEEXOutcomeUnknownError | undefined;
}

/**
 * Claims a client order id for a call, in this process and, if the policy has a coordinator that manages ids, among
 * all processes. An id that is open in a journal counts as unknown, even after a restart. A call inside an attempt
 * with the same id is part of that attempt.
 *
 * @throws WEEXOutcomeUnknownError if another call with the id is in progress.
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

/** The coordinator of the policy, or of the first policy inside it that has one. */
function coordinatorOf(policy: IPolicy | undefined): Coordinator | undefined {
  const { options, wrapped = [] } = (policy ?? {}) as PolicyParts;
  const inside = [...wrapped, ...(options?.inner ? [options.inner] : [])];
  return options?.coordinator ?? inside.map(coordinatorOf).find((coordinator) => coordinator !== undefined);
}

interface PolicyParts {
  readonly options?: { readonly coordinator?: Coordinator | undefined; readonly inner?: IPolicy | undefined };
  /** The policies passed to cockatiel's `wrap`. */
  readonly wrapped?: readonly IPolicy[];
}

/** Returns the attempt with this id inside which a call is made. */
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
    `Cannot send ${operation}: an earlier call of another process left the outcome of client order id ${id} unknown. Look ` +
      'the order up, or call again: it is then looked up first',
    { clientOrderId: id },
  );
}
