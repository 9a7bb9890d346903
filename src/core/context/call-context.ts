import { AsyncLocalStorage } from 'node:async_hooks';
import { type ProcessWide, processWide } from '../process-wide.js';
import type { RateLimitUsage } from './rate-limit-usage.js';
import { isSameOrder, isSimilarOrder, type SentRequest } from './sent-request.js';

/**
 * What a call under a policy knows about itself: the argument passed to the function of `policy.execute(fn)`, one
 * per attempt.
 */
export interface CallContext {
  /** The name of the method or operation, if given. */
  readonly operation: string | undefined;
  /** 0 for the first attempt, 1 for the first retry. */
  readonly attempt: number;
  /** Aborts when the attempt runs out of time or the caller gives up. Created when it is first read. */
  readonly signal: AbortSignal;
  /** When the whole call must be over, in milliseconds since 1970, or on the time scale of the policy's own clock. */
  readonly deadline: number | undefined;
  /** Milliseconds left for this attempt, at least 0; `undefined` if nothing limits it. */
  readonly remainingMs: number | undefined;
  /** The client order id of the intent, the same on every attempt. */
  readonly clientOrderId: string | undefined;
  /** @internal The account named in its order safety. */
  account?: string | undefined;
  /** @internal Whether the call may be repeated whatever the outcome of an attempt. */
  readonly mayRepeat?: boolean | undefined;
  /** @internal The number of the call in its events; `undefined` until it has one. */
  readonly callId?: number | undefined;
  /** @internal The attempt inside which this one was started: what is sent here counts as sent by that one too. */
  readonly outer?: CallContext | undefined;
  /**
   * @internal How the attempt ended, once its call is over. `'done'`: its work settled; `'given up'`: the caller
   * was released without it; `'replaced'`: given up, and another attempt did its work.
   */
  readonly ended?: 'done' | 'given up' | 'replaced' | undefined;
  /** @internal The attempt itself, if this is a view of it. */
  readonly self?: CallContext | undefined;
  /** @internal The guard of the call that this is an attempt of, for comparison only. */
  guard?: object | undefined;
  /**
   * @internal Until when its order may be sent, on the clock of `performance`: later another process may hold the
   * id.
   */
  sendBefore?: number | undefined;
  /** @internal Whether its caller was released before its work was over. */
  readonly isGivenUp?: boolean | undefined;
  /** @internal Set when the guard treats the attempt as failed: its order must no longer be sent. */
  isClosed?: boolean | undefined;
  /** @internal Whether it started to send an order that no interceptor saw. */
  sentUnseen?: boolean | undefined;
  /** @internal The writes that the attempt started to send, as far as an interceptor saw them. */
  readonly sent?: readonly SentRequest[] | undefined;
  /** @internal Called by the interceptor for every write before it is sent. */
  observeRequest?(request: SentRequest): void;
  /** @internal Called once a request was answered that only the method can judge. */
  dismissRequest?(request: SentRequest): void;
  /** @internal Called by the interceptor with the limit usage in the headers of every answer to this attempt. */
  observeUsage?(usage: readonly RateLimitUsage[]): void;
  /** @internal Called by the interceptor after every successful answer to this attempt, which may make several requests. */
  observeAnswer?(): void;
  /**
   * @internal Called by the client before each request with its weight, and with the negative weight of a request
   * that a limit refused, since the weight that a call reserved beforehand is an estimate.
   */
  observeCost?(weight: number): void;
}

/** Created on first use: on Node 20 and 22 an async context slows every promise of the process. */
const storage: ProcessWide<AsyncLocalStorage<CallContext>> = processWide(
  'call-context',
  () => new AsyncLocalStorage(),
);
/** Not a WeakMap: one entry per attempt makes garbage collection half as long again. */
const ofSignal: unique symbol = Symbol.for('weex-resilience/1/attempt');

/** Runs a function so that {@link currentCallContext} finds `context` in everything it starts. */
export function runWithCallContext<Result>(context: CallContext, fn: () => Result): Result {
  return storage.get().run(context, fn);
}

/**
 * The context of the call that the current code runs in, or `undefined` outside any call. A loop or a socket that a
 * call left running is outside once the call is over.
 */
export function currentCallContext(): CallContext | undefined {
  const used = storage.peek();
  return used && goingOn(used.getStore(), nothing);
}

/** Like {@link currentCallContext}, for a write: a write sent by a given-up attempt itself stays in its call. */
export function contextOfWrite(): CallContext | undefined {
  return goingOn(storage.peek()?.getStore(), ofGivenUp);
}

/** Like {@link currentCallContext}, for a call that may write: an attempt that was replaced makes no further ones. */
export function contextOfCall(): CallContext | undefined {
  return goingOn(storage.peek()?.getStore(), ofReplaced);
}

type Ended = NonNullable<CallContext['ended']>;

const nothing: readonly Ended[] = [];
const ofReplaced: readonly Ended[] = ['replaced'];
const ofGivenUp: readonly Ended[] = ['given up', 'replaced'];

/** The nearest attempt whose call is still running, or that still owns its requests for another reason. */
function goingOn(context: CallContext | undefined, held: readonly Ended[]): CallContext | undefined {
  let link = context;
  while (link?.ended !== undefined && !held.includes(link.ended)) link = link.outer;
  return link;
}

type BoundSignal = AbortSignal & { [ofSignal]?: CallContext };

/** Records which attempt a signal belongs to, so that a request with that signal is recognised. */
export function bindSignal(signal: AbortSignal, context: CallContext): void {
  (signal as BoundSignal)[ofSignal] = context;
}

/** The attempt that created this signal, or `undefined`. */
export function callContextOf(signal: unknown): CallContext | undefined {
  return signal instanceof AbortSignal ? (signal as BoundSignal)[ofSignal] : undefined;
}

/**
 * Whether an attempt, or one inside which it was started, has already sent this order and the exchange has not
 * refused it. Whatever the method does inside, including its own retries, one attempt is one order. An order to
 * another target or with another id counts as the same while the outcome of the first is unknown; after an order
 * without an answer, so does one with another quantity or price.
 */
export function isSentTwice(request: SentRequest, contexts: readonly CallContext[]): boolean {
  const { body, target } = request;
  if (body === undefined) return false;
  return contexts.some((context) => {
    for (let link: CallContext | undefined = context; link; link = link.outer) {
      const id = link.clientOrderId;
      if (id === undefined) continue;
      const isSame = (sent: SentRequest): boolean => {
        if (sent.outcome === 'refused') return false;
        const isRepeated = request.carriesId(id) && sent.carriesId(id);
        if (isRepeated && sent.target === target) return true;
        if (sent.outcome === 'executed') return false;
        if (isRepeated && isSamePlace(sent.target, target)) return true;
        if (!request.placesOrder || !sent.placesOrder) return false;
        if (isRepeated || (sent.outcome === 'unknown' && isSimilarOrder(sent, request))) return true;
        return request.begunAt - sent.begunAt > togetherMs && isSameOrder(sent, request);
      };
      if (link.sent?.some(isSame)) return true;
    }
    return false;
  });
}

/** Whether a POST, PUT or PATCH goes to the same target as another one. */
function isSamePlace(one = '', other = ''): boolean {
  const verb = /^(?:POST|PUT|PATCH) /;
  return verb.test(one) && verb.test(other) && one.replace(verb, '') === other.replace(verb, '');
}

/** Whether a request is the order of an attempt that is over, even if its call is over as well. */
export function isTooLate(request: SentRequest, bound: CallContext | undefined): boolean {
  return request.placesOrder && (isOfOver(request, storage.peek()?.getStore()) || isOfOver(request, bound));
}

function isOfOver(request: SentRequest, context: CallContext | undefined): boolean {
  for (let link = context; link; link = link.outer) {
    const isLate = performance.now() > ((link.self ?? link).sendBefore ?? Infinity);
    if (!link.isClosed && !link.isGivenUp && !isLate) continue;
    if (request.carriesId(link.clientOrderId ?? '')) return true;
    // A request without a readable id counts as the order of the method that is still running.
    if (request.isNameless && link.clientOrderId !== undefined && link.ended !== 'done') return true;
  }
  return false;
}

/** Equal orders that a method sends concurrently, each with its own id, start within this time of each other. */
const togetherMs = 50;

/** Notifies an attempt, and those that it was started in, that a write is about to be sent. */
export function tellSent(request: SentRequest, contexts: readonly CallContext[]): void {
  for (const context of contexts) {
    for (let link: CallContext | undefined = context; link; link = link.outer) {
      if (!link.sent?.includes(request)) link.observeRequest?.(request);
    }
  }
}
