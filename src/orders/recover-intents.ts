import { checkOptions } from '../core/options/check-options.js';
import {
  anything,
  callback,
  hasMethods,
  isObject,
  number,
  option,
  optionTable,
  type OptionTable,
} from '../core/options/option-table.js';
import type { IPolicy } from 'cockatiel';
import { type Clock, systemClock } from '../core/time/clock.js';
import { WEEXOutcomeUnknownError } from '../errors/index.js';
import { idsInDoubt } from './ids-in-doubt.js';
import type { Intent, IntentJournal } from './intent-journal.js';
import { createLookup, defaultLookupPolicy } from './lookup.js';
import { mismatchOf } from './mismatch-of.js';
import { outcomeUnknown } from './outcome-unknown.js';
import { patienceOf } from './patience.js';
import { reconcile } from './reconcile.js';
import { isRejected } from './rejected-order.js';
import { settleAfterwards } from './journal-settlements.js';
import { type Venue, weexVenues } from './venue.js';

/** Options of {@link recoverIntents}: the journal, and how to look up an order. */
export interface RecoverOptions<Result> {
  /** The journal in which the calls were recorded. */
  readonly journal: IntentJournal;
  /** Which intents are looked up; the others stay open. Default: all. */
  select?(intent: Intent): boolean;
  /**
   * Looks an order up: returns the order in any state, or nothing if it is not found. "Order does not exist" counts
   * as not found, any other error as a failed lookup. An order with another client order id is not accepted; one with
   * status REJECTED or FAILED counts as not executed.
   */
  find(intent: Intent): PromiseLike<Result | undefined | null> | Result | undefined | null;
  /**
   * Returns whether what was found is what was ordered. Default: the id, and symbol, side and quantity of `args[0]`.
   */
  matches?(found: Result, intent: Intent): boolean;
  /** As in `OrderSafety`, counted from the start of the recovery: the clock may have been changed since the send. */
  readonly settleMs?: number | readonly number[] | undefined;
  /** How long the lookups of one intent may take, in milliseconds. Default: the patience plus 5,000. */
  readonly reconcileDeadlineMs?: number | undefined;
  /** The exchange to which the orders went. Default: `weexVenues.contract`. */
  readonly venue?: Venue | undefined;
  /** The policy for lookups. Default: 2 s per attempt; failed lookups are repeated anyway. */
  readonly lookupPolicy?: IPolicy | undefined;
  /** How many intents are looked up at once. Default 20. */
  readonly concurrency?: number | undefined;
  /** Ends the recovery; intents that are not settled by then stay open. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock | undefined;
}

/** The outcome of an intent that was open. */
export type RecoveredIntent<Result> =
  | { readonly intent: Intent; readonly outcome: 'executed'; readonly value: Result }
  | { readonly intent: Intent; readonly outcome: 'not-executed' }
  | { readonly intent: Intent; readonly outcome: 'unknown'; readonly error: WEEXOutcomeUnknownError };

/**
 * Settles the intents that are open in a journal after a crash or an outage: looks each one up and returns whether
 * it was executed. It sends no orders; whether to resend an intent that was not executed is your decision.
 *
 * Call it at start, or again later: it leaves intents of running calls to those calls, and calls with ids that are
 * being looked up are rejected in the meantime. An intent whose outcome stays unknown stays in the journal. One
 * whose outcome is known is removed one turn of the event loop after this function has returned, so that a program
 * that dies in between finds it again.
 *
 * @throws {TypeError} or `RangeError` that lists every fault of the options.
 * @throws whatever `journal.open` throws, and the reason of `signal` when it aborts.
 * @example
 * ```ts
 * import { type IntentJournal, recoverIntents } from 'weex-resilience';
 *
 * interface Order {
 *   readonly clientOrderId: string;
 *   readonly status: string;
 * }
 *
 * export async function recover(journal: IntentJournal, findOrder: (id: string) => Promise<Order | undefined>) {
 *   for (const recovered of await recoverIntents({ journal, find: (intent) => findOrder(intent.clientOrderId) })) {
 *     if (recovered.outcome === 'executed') console.log(recovered.intent.clientOrderId, recovered.value.status);
 *   }
 * }
 * ```
 */
export async function recoverIntents<Result>(
  options: RecoverOptions<Result>,
): Promise<RecoveredIntent<Result>[]> {
  checkOptions(table, options, 'recover intents');
  const { concurrency = 20, journal } = options;
  const select = (intent: Intent): boolean => options.select?.(intent) ?? true;
  const opened = await journal.open(select);
  const intents = opened.filter(select);
  const ids = idsInDoubt(journal);
  const idle = intents.filter(({ clientOrderId }) => !ids.isUnderWay(clientOrderId));
  for (const { clientOrderId } of idle) ids.take(clientOrderId);
  const recovered: (RecoveredIntent<Result> | undefined)[] = [];
  const queue = idle.entries();
  const worker = async (): Promise<void> => {
    for (const [index, intent] of queue) {
      recovered[index] = await recoverAlone(options, intent);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, idle.length) }, worker));
    const told = recovered.filter((one) => one !== undefined);
    for (const { intent, outcome } of told) {
      if (outcome !== 'unknown') settleAfterwards(journal, intent.clientOrderId, outcome);
    }
    return told;
  } finally {
    for (const [index, { clientOrderId }] of idle.entries())
      ids.release(clientOrderId, (recovered[index]?.outcome ?? 'unknown') === 'unknown', false);
  }
}

const table: OptionTable<object> = optionTable(
  {
    journal: option('a journal with the methods open and append', hasMethods('open')),
    find: callback,
    select: callback,
    matches: callback,
    settleMs: anything,
    reconcileDeadlineMs: anything,
    venue: option('an object', isObject),
    lookupPolicy: option('a policy', hasMethods('execute')),
    concurrency: number(1, 10_000, true),
    signal: option('an AbortSignal', hasMethods('addEventListener')),
    clock: option('a clock', hasMethods('now', 'setTimeout', 'clearTimeout')),
  },
  ['journal', 'find'],
);

/** An intent that cannot be looked up does not affect the others; only the caller's abort ends them. */
async function recoverAlone<Result>(
  options: RecoverOptions<Result>,
  intent: Intent,
): Promise<RecoveredIntent<Result> | undefined> {
  const { journal } = options;
  try {
    const recovered = await recover(options, intent);
    if (recovered.outcome === 'unknown') return recovered;
    // A process that was paused for too long has lost the intent to another one, which reports its outcome.
    return (await (journal.isOwn?.(intent.clientOrderId) ?? true)) ? recovered : undefined;
  } catch (cause) {
    options.signal?.throwIfAborted();
    const { clientOrderId } = intent;
    const error = new WEEXOutcomeUnknownError(
      `Cannot establish whether order ${clientOrderId} was executed: its record cannot be used. Look it up manually`,
      { clientOrderId, cause },
    );
    return { intent, outcome: 'unknown', error };
  }
}

const noCall: { readonly self: unknown; readonly args: [] } = { self: undefined, args: [] };

async function recover<Result>(
  options: RecoverOptions<Result>,
  intent: Intent,
): Promise<RecoveredIntent<Result>> {
  const { clock = systemClock, signal, venue = weexVenues.contract } = options;
  const { clientOrderId, operation, args } = intent;
  const sentAt = intent.sentAt || undefined;
  const patience = patienceOf(options);
  const finding = await reconcile({
    clientOrderId,
    lookUp: createLookup(
      { find: () => options.find(intent) },
      options.lookupPolicy ?? defaultLookupPolicy(clock),
      noCall,
      clientOrderId,
    ),
    isJudgedByCaller: options.matches !== undefined,
    mismatchOf: (found) => differenceOf(options, found as Result, intent),
    // The whole patience: if the clock was changed meanwhile, the age of the intent is not known.
    waitsMs: () => [0, ...patience.waitsMs()],
    deadlineMs: patience.deadlineMs,
    clock,
    signal,
  });
  if (finding.outcome === 'found' && isRejected(finding.value)) return { intent, outcome: 'not-executed' };
  if (finding.outcome === 'found') return { intent, outcome: 'executed', value: finding.value as Result };
  if (finding.outcome === 'absent') return { intent, outcome: 'not-executed' };
  const cause = new Error('The program ended or gave up before the outcome was known');
  const { lookups } = finding;
  const error = outcomeUnknown({ operation, clientOrderId, args, sentAt, lookups, venue, cause });
  return { intent, outcome: 'unknown', error };
}

function differenceOf<Result>(
  options: RecoverOptions<Result>,
  found: Result,
  intent: Intent,
): string | undefined {
  if (!options.matches) return mismatchOf(found, intent.args[0]);
  return options.matches(found, intent) ? undefined : 'matches says that it is not what was ordered';
}
