import type { PlannedFault } from 'weex-resilience/testing';
import type { OrderIntent } from './order-intents.js';

/** How long a client may try, and when the exchange closes, in milliseconds. */
export interface TradingTimes {
  readonly deadlineMs: number;
  readonly endsMs: number;
  /** When the exchange opened, in milliseconds since 1970: it counts orders from the last multiple of the window. */
  readonly openedAtMs?: number;
}

/** The orders that the exchange allows an account, unless a fault tightens the limit. */
const allowed = { orders: 300, windowMs: 60_000 } as const;

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The faults after which no order exists, unless they are set to execute it. */
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
 * How many orders a program could have placed that knew every fault and every limit beforehand: it sends each
 * order, oldest first, at the first moment at which the exchange accepts one.
 *
 * Faults with a probability do not count, because such a program sends the order when they do not strike; weight
 * does not count, because placing costs none. So no real program can reach this number.
 */
export function placeableOrders(
  intents: readonly OrderIntent[],
  faults: readonly PlannedFault[],
  { deadlineMs, endsMs, openedAtMs = 0 }: TradingTimes,
): number {
  const closed = faults.filter(stopsEveryOrder).map(spanOf);
  const tightened = faults.filter(tightensOrders);
  const limitAt = (ms: number): number => {
    if (closed.some((span) => isWithin(span, ms))) return 0;
    return tightened.find((fault) => isWithin(spanOf(fault), ms))?.orders ?? allowed.orders;
  };
  const windowOf = (ms: number): number => Math.floor((openedAtMs + ms) / allowed.windowMs);
  const used = new Map<number, number>();
  const waiting = intents.map(({ wantedAtMs }) => wantedAtMs).toSorted((left, right) => left - right);
  let placed = 0;
  // More becomes possible only at these moments.
  const moments = new Set([
    ...waiting,
    ...[...closed, ...tightened.map(spanOf)].flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
    ...windowStarts(openedAtMs, endsMs),
  ]);
  for (const ms of [...moments].toSorted((left, right) => left - right)) {
    if (ms >= endsMs) break;
    while ((waiting[0] ?? Infinity) + deadlineMs <= ms) waiting.shift();
    const window = windowOf(ms);
    while ((waiting[0] ?? Infinity) <= ms && (used.get(window) ?? 0) < limitAt(ms)) {
      waiting.shift();
      used.set(window, (used.get(window) ?? 0) + 1);
      placed += 1;
    }
  }
  return placed;
}

function windowStarts(openedAtMs: number, endsMs: number): number[] {
  const { windowMs } = allowed;
  const first = windowMs - (openedAtMs % windowMs);
  return Array.from({ length: Math.ceil(endsMs / windowMs) + 1 }, (_, index) => first + index * windowMs);
}

function stopsEveryOrder(fault: PlannedFault): boolean {
  const executes = 'executed' in fault && fault.executed === true;
  return stopping.has(fault.kind) && !executes && hitsEveryOrder(fault);
}

function tightensOrders(
  fault: PlannedFault,
): fault is Extract<PlannedFault, { kind: 'tight-limits' }> & { readonly orders: number } {
  return fault.kind === 'tight-limits' && fault.orders !== undefined && hitsEveryOrder(fault);
}

function hitsEveryOrder(fault: PlannedFault): boolean {
  const { probability = 1, count, skip = 0 } = fault;
  return probability >= 1 && count === undefined && skip === 0 && hitsOrders(fault);
}

function hitsOrders({ endpoint }: PlannedFault): boolean {
  if (endpoint === undefined) return true;
  const named = ['placeOrder', 'contract.placeOrder', 'writes', 'contract', 'private', 'POST /capi/v3/order'];
  return [endpoint].flat().some((name) => named.includes(name));
}

function spanOf({ fromMs = 0, untilMs = Number.POSITIVE_INFINITY }: PlannedFault): Span {
  return { fromMs, untilMs };
}

function isWithin({ fromMs, untilMs }: Span, ms: number): boolean {
  return fromMs <= ms && ms < untilMs;
}
