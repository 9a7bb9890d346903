import type { PlannedFault } from 'weex-resilience/testing';
import type { OrderIntent } from './order-intents.js';

/** How long a client may try, and when the exchange closes, in milliseconds. */
export interface TradingTimes {
  readonly deadlineMs: number;
  readonly endsMs: number;
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The faults after which no order exists, unless they say that they execute it. */
const stopping: ReadonlySet<string> = new Set([
  'rate-limit',
  'reset',
  'hang',
  'server-error',
  'proxy-html',
  'maintenance',
  'refusal',
  'respond',
]);

/**
 * How many orders a program that knows every fault beforehand could have placed: those for which, at some moment
 * between when they were wanted and their deadline, the exchange does not refuse every order.
 *
 * Faults with a probability do not count, because a program that knows them sends the order when they do not strike;
 * limits do not count, because placing costs no weight. So no real program can reach this number.
 */
export function placeableOrders(
  intents: readonly OrderIntent[],
  faults: readonly PlannedFault[],
  { deadlineMs, endsMs }: TradingTimes,
): number {
  const closed = merge(faults.filter(stopsEveryOrder).map(spanOf));
  return intents.filter(({ wantedAtMs }) => {
    const untilMs = Math.min(wantedAtMs + deadlineMs, endsMs);
    return (
      wantedAtMs < untilMs && !closed.some((span) => span.fromMs <= wantedAtMs && untilMs <= span.untilMs)
    );
  }).length;
}

function stopsEveryOrder(fault: PlannedFault): boolean {
  const { kind, probability = 1, count, skip = 0 } = fault;
  const executes = 'executed' in fault && fault.executed === true;
  return (
    stopping.has(kind) &&
    !executes &&
    probability >= 1 &&
    count === undefined &&
    skip === 0 &&
    hitsOrders(fault)
  );
}

function hitsOrders({ endpoint }: PlannedFault): boolean {
  if (endpoint === undefined) return true;
  const named = ['placeOrder', 'contract.placeOrder', 'writes', 'contract', 'private', 'POST /capi/v3/order'];
  return [endpoint].flat().some((name) => named.includes(name));
}

function spanOf({ fromMs = 0, untilMs = Number.POSITIVE_INFINITY }: PlannedFault): Span {
  return { fromMs, untilMs };
}

/** Spans that touch are one. */
function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((left, right) => left.fromMs - right.fromMs)) {
    const last = merged.at(-1);
    if (!last || last.untilMs < span.fromMs) merged.push(span);
    else merged[merged.length - 1] = { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, span.untilMs) };
  }
  return merged;
}
