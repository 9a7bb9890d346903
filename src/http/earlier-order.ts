import type { CallContext } from '../core/context/call-context.js';
import { type ProcessWide, processWide } from '../core/process-wide.js';
import type { SentRequest } from '../core/context/sent-request.js';

/** How many unanswered orders are remembered; the oldest are forgotten first. */
const capacity = 10_000;

const sentOrders: ProcessWide<Map<string, SentRequest>> = processWide(
  'orders',
  () => new Map<string, SentRequest>(),
);

/**
 * Returns the order that another call sent to the same exchange, for the same account and with the same client
 * order id, while its outcome is unknown: unrelated methods may share an id. Otherwise records this one.
 */
export function earlierOrder(
  request: SentRequest,
  contexts: readonly CallContext[],
): SentRequest | undefined {
  const context = contexts.find((link) => link.clientOrderId !== undefined && !link.mayRepeat);
  const id = context?.clientOrderId;
  if (!context || !id || !request.placesOrder || !request.carriesId(id)) return undefined;
  const key = `${request.place} ${context.account} ${id}`;
  const orders = sentOrders.get();
  const earlier = orders.get(key);
  if (earlier && !hasSent(context, earlier) && /open|unknown/.test(earlier.outcome)) return earlier;
  request.key = key;
  rememberOrder(request);
  return undefined;
}

/** Records an order whose outcome is not known yet. */
export function rememberOrder(request: SentRequest): void {
  const { key } = request;
  if (key === undefined) return;
  const orders = sentOrders.get();
  request.onSettled = forgetOrder;
  orders.delete(key);
  orders.set(key, request);
  for (const oldest of orders.keys()) {
    if (orders.size <= capacity) break;
    orders.delete(oldest);
  }
}

/** An order that the exchange has answered no longer blocks others. */
function forgetOrder(request: SentRequest): void {
  const { key } = request;
  const orders = sentOrders.peek();
  if (key !== undefined && orders?.get(key) === request) orders.delete(key);
}

function hasSent(context: CallContext, request: SentRequest): boolean {
  for (let link: CallContext | undefined = context; link; link = link.outer) {
    if (link.sent?.includes(request)) return true;
  }
  return false;
}
