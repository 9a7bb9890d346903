import type { SentRequest } from '../../core/context/sent-request.js';
import { isWEEXError, type WEEXError, type WEEXErrorKind } from '../../errors/index.js';
import { causeChain } from './cause-chain.js';
import type { ExecuteOptions } from '../options/execute-options.js';

/**
 * Whether an attempt that ended with `error` may have been executed and must not be sent again as it is.
 *
 * What was sent decides: a write that the exchange did not explicitly refuse leaves the attempt in doubt, whatever
 * the method threw. The error decides only about requests that no interceptor saw. With an `id`, a write that
 * carries it is the order, and the others are not.
 */
export function isInDoubt(
  error: unknown,
  sent: readonly SentRequest[] | undefined,
  id: string | undefined,
): boolean {
  const writes = writesOf(id, sent);
  // An order with another id may exist as well: sending everything again would place that one twice.
  const others = id === undefined ? none : (sent ?? none).filter(placesOrder);
  return [...writes, ...others].some((write) => write.outcomeOf(id) !== 'refused') || saysUnknown(error);
}

/**
 * Whether certainly nothing of the attempt was executed: the order was refused, or the error says so. An error
 * about another request or another call (of a log or a read) proves nothing about an order that no interceptor saw.
 */
export function isCleared(
  error: unknown,
  sent: readonly SentRequest[] | undefined,
  id: string | undefined,
): boolean {
  if (isInDoubt(error, sent, id)) return false;
  const writes = writesOf(id, sent);
  const isOrder = (request: SentRequest): boolean =>
    id === undefined || request.carriesId(id) || request.placesOrder;
  return writes.some(isOrder) || (saysNotExecuted(error) && isOfThisCall(error.context, id));
}

/** Whether an error says that its request or call was not executed. */
export function saysNotExecuted(error: unknown): error is WEEXError {
  return isWEEXError(error) && error.executionStatus === 'not-executed';
}

function isOfThisCall(context: WEEXError['context'], id: string | undefined): boolean {
  const isOfRequest = context['method'] !== undefined;
  const isOfCall = context['policy'] !== undefined;
  return id === undefined || (!isOfRequest && (!isOfCall || context['clientOrderId'] === id));
}

/**
 * Whether an attempt must not be sent again until its outcome is proven. For calls that can be looked up, an error
 * that says nothing about the outcome needs a proof as well, if it would be retried.
 */
export function needsProof(
  error: unknown,
  sent: readonly SentRequest[] | undefined,
  { clientOrderId, resolveUnknown }: Pick<ExecuteOptions, 'clientOrderId' | 'resolveUnknown'>,
  wouldRetry: () => boolean,
): boolean {
  if (!resolveUnknown) return isInDoubt(error, sent, undefined);
  if (isInDoubt(error, sent, clientOrderId)) return true;
  return !isCleared(error, sent, clientOrderId) && wouldRetry();
}

/** The writes for the order with an id: those that place it, otherwise all that carry the id. */
export function ordersOf(id: string, sent: readonly SentRequest[] = none): readonly SentRequest[] {
  const carriers = sent.filter((request) => request.carriesId(id));
  const orders = carriers.filter(placesOrder);
  return orders.length > 0 ? orders : carriers;
}

/** The writes for the order, or all writes if none is for it. */
export function writesOf(
  id: string | undefined,
  sent: readonly SentRequest[] = none,
): readonly SentRequest[] {
  const orders = id === undefined ? none : ordersOf(id, sent);
  return orders.length > 0 ? orders : sent;
}

const none: readonly SentRequest[] = [];

const placesOrder = (request: SentRequest): boolean => request.placesOrder;

function saysUnknown(error: unknown): boolean {
  try {
    return tellsOfUnknown(error);
  } catch {
    // Anything can be thrown, even a value that throws when it is read.
    return false;
  }
}

/** Whether an error or one of its causes says that a request may have been executed. */
function tellsOfUnknown(error: unknown): boolean {
  for (const link of causeChain(error)) {
    if (isWEEXError(link)) {
      if (link.executionStatus === 'unknown') return true;
      // The interceptor saw the request: it was a read, or it was refused.
      if (link.executionStatus === 'not-executed' || link.context['method'] !== undefined) return false;
    } else if (isForeignRead(link)) return false;
    else if (isTransportFailure(link)) return true;
  }
  return false;
}

function isForeignRead(error: unknown): boolean {
  const { isAxiosError, config } = (error ?? {}) as {
    isAxiosError?: unknown;
    config?: { method?: unknown };
  };
  return isAxiosError === true && /^(?:get|head)$/i.test(String(config?.method ?? 'get'));
}

/** A lost connection or a timeout as `fetch`, Node and undici report it. */
function isTransportFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, name } = error as Error & { code?: unknown };
  const byCode = typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code);
  return byCode || name === 'AbortError' || name === 'TimeoutError';
}

/** Kinds that report a failure on the way or behind it, and so say nothing about what was executed. */
const brokenKinds: ReadonlySet<WEEXErrorKind> = new Set(['system', 'network', 'timeout']);

/** Whether an error reports such a failure without naming the request. */
export function isSilent(error: unknown): boolean {
  return (
    isWEEXError(error) &&
    error.executionStatus === undefined &&
    brokenKinds.has(error.kind) &&
    error.context['method'] === undefined
  );
}
