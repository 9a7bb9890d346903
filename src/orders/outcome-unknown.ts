import type { SentRequest } from '../core/context/sent-request.js';
import { WEEXOutcomeUnknownError } from '../errors/index.js';
import type { LookupResult } from './reconcile.js';
import type { Venue } from './venue.js';

/** What is known about an order whose existence could not be determined. */
export interface UnknownOutcome {
  readonly operation: string | undefined;
  readonly clientOrderId: string | undefined;
  readonly args: readonly unknown[];
  /** When it was last sent, in milliseconds since 1970. */
  readonly sentAt: number | undefined;
  readonly lookups: readonly LookupResult[];
  /** Why no lookup can prove that the order is absent. */
  readonly untraceable?: string | undefined;
  readonly venue: Venue;
  /** Why its outcome is open. */
  readonly cause: unknown;
}

const where: Readonly<Record<Venue['lookUp'], string>> = {
  'by-id': 'by its client order id',
  'open-orders-and-history': 'in the open orders and in the order history',
};

/** The error of last resort: everything that a person needs for a manual lookup. */
export function outcomeUnknown(facts: UnknownOutcome): WEEXOutcomeUnknownError {
  const { cause, clientOrderId, lookups, operation = 'the call', sentAt, venue } = facts;
  const sent = sentAt === undefined ? undefined : new Date(sentAt).toISOString();
  const symbol = symbolOf(facts.args);
  const advice =
    clientOrderId === undefined
      ? `Look for it at ${venue.name} by symbol and time before you send it again`
      : `Look it up at ${venue.name} ${where[venue.lookUp]} before you send it again`;
  return new WEEXOutcomeUnknownError(
    `Cannot establish whether ${operation} was executed${symbol ? ` for ${symbol}` : ''}: ` +
      `${describe(facts)}. ${advice}`,
    {
      clientOrderId,
      cause,
      context: {
        operation: facts.operation,
        clientOrderId,
        symbol,
        sentAt: sent,
        lookups: lookups.map(({ afterMs, result, error }) => ({
          afterMs,
          result,
          ...(error === undefined ? {} : { error: messageOf(error) }),
        })),
        advice,
      },
    },
  );
}

function describe({ clientOrderId: id, lookups, untraceable }: UnknownOutcome): string {
  if (untraceable !== undefined) {
    return `${untraceable}, so no lookup can show that it is absent`;
  }
  if (id === undefined) return 'it has no client order id, so it cannot be looked up';
  const last = lookups.at(-1);
  if (!last) return `there was no time to look up client order id ${id}`;
  const failed = lookups.filter(({ result }) => result === 'failed').length;
  const seen = `${failed} of ${lookups.length} lookups of client order id ${id} failed and none found it`;
  return last.error === undefined ? seen : `${seen}; the last one failed with "${messageOf(last.error)}"`;
}

/** Why no lookup can prove that an order is absent, for {@link outcomeUnknown}. */
export function whyUntraceable(request: SentRequest | undefined, id: string | undefined): string | undefined {
  if (!request) return undefined;
  return request.outcome === 'executed'
    ? `the exchange acknowledged ${request.target}`
    : `${request.target} was sent without client order id ${id}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Most order methods have the order as their first argument. */
function symbolOf(args: readonly unknown[]): string | undefined {
  const [first] = args;
  if (typeof first !== 'object' || first === null) return undefined;
  const { symbol } = first as { symbol?: unknown };
  return typeof symbol === 'string' ? symbol : undefined;
}
