import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { accompany } from '../observability/companions.js';
import { quietly } from '../observability/event-channel.js';
import type { AttemptSettled, CallFacts, CallSettled, ReconcileStarted } from '../observability/events.js';
import { attribute, errorType } from './attributes.js';
import { listen } from '../observability/listen.js';

/** A span, and the context in which whatever starts is its child. */
interface OpenSpan {
  readonly span: Span;
  readonly within: Context;
}

interface TracedCall {
  /** The context in which the call was made. */
  readonly parent: Context;
  facts?: CallFacts;
  call?: OpenSpan;
  attempt?: OpenSpan | undefined;
  /** The last attempt, even after its end. */
  link?: Link;
}

/** Creates a span for every call, each of its attempts and each lookup; the returned function ends it. */
export function traceCalls(tracer: Tracer): () => void {
  const calls = new Map<number, TracedCall>();
  const lookups = new Map<number, OpenSpan>();
  /** The attempt that failed with an error: a search for its outcome may start after its call is over. */
  const failed = new WeakMap<object, Link>();

  const open = (
    facts: CallFacts,
    step: string,
    attributes: Attributes,
    parent: Context,
    link?: Link,
  ): OpenSpan => {
    const name = `${facts.operation ?? facts.policy}${step}`;
    const span = tracer.startSpan(name, { attributes, links: link ? [link] : [] }, parent);
    return { span, within: trace.setSpan(parent, span) };
  };
  const openLookup = (facts: CallFacts, link?: Link): void => {
    if (lookups.has(facts.callId)) return;
    const parent = calls.get(facts.callId)?.call?.within ?? context.active();
    lookups.set(facts.callId, open(facts, ' lookup', subjectOf(facts), parent, link));
  };
  const note = ({ callId }: CallFacts, name: string, attributes: Attributes = {}): void => {
    calls.get(callId)?.call?.span.addEvent(name, attributes);
  };

  const leave = accompany({
    begins(callId) {
      calls.set(callId, { parent: context.active() });
    },
    runs(callId, step, work) {
      const traced = calls.get(callId);
      // A lookup starts before its event is published, which waits until the state of the policy is complete.
      if (step === 'lookup' && traced?.facts) openLookup(traced.facts, traced.link);
      const current = step === 'attempt' ? traced?.attempt : lookups.get(callId);
      return current ? context.with(current.within, work) : work();
    },
  });

  const stop = listen({
    callStarted(event) {
      const traced = calls.get(event.callId);
      if (!traced) return;
      const attributes = { ...subjectOf(event), [attribute.priority]: event.priority };
      traced.facts = event;
      traced.call = open(event, '', attributes, traced.parent);
    },
    attemptStarted(event) {
      const traced = calls.get(event.callId);
      if (!traced?.call) return;
      const resent = event.attempt > 0 ? { [attribute.resendCount]: event.attempt } : {};
      traced.attempt = open(event, ' attempt', { ...subjectOf(event), ...resent }, traced.call.within);
      traced.link = { context: traced.attempt.span.spanContext() };
    },
    attemptSettled(event) {
      const traced = calls.get(event.callId);
      if (!traced?.attempt) return;
      close(traced.attempt.span, event);
      traced.attempt = undefined;
      remember(event, traced);
    },
    callSettled(event) {
      const traced = calls.get(event.callId);
      calls.delete(event.callId);
      if (!traced?.call) return;
      remember(event, traced);
      traced.call.span.setAttribute(attribute.attempts, event.attempts);
      close(traced.call.span, event);
    },
    reconcileStarted(event) {
      openLookup(event, calls.get(event.callId)?.link ?? linkOf(event));
    },
    reconcileSettled(event) {
      const { span } = lookups.get(event.callId) ?? {};
      lookups.delete(event.callId);
      span?.setAttribute(attribute.outcome, event.outcome);
      if (event.outcome === 'unknown') fail(span, event.error);
      span?.end();
    },
    callQueued: (event) => note(event, 'weex.queued'),
    callDequeued: (event) =>
      note(event, 'weex.dequeued', {
        [attribute.outcome]: event.outcome,
        [attribute.delay]: event.waitedMs / 1_000,
      }),
    callHeld: (event) =>
      note(event, 'weex.held', {
        [attribute.reason]: event.reason,
        [attribute.delay]: event.delayMs / 1_000,
      }),
    callRefused: (event) => note(event, 'weex.rejected', { [attribute.reason]: event.reason }),
    retryScheduled: (event) =>
      note(event, 'weex.retry', {
        [attribute.reason]: event.reason,
        [attribute.delay]: event.delayMs / 1_000,
      }),
    budgetExhausted: (event) => note(event, 'weex.retry.budget_exhausted'),
    fallbackUsed: (event) => note(event, 'weex.fallback'),
    outcomeUnknown: (event) => note(event, 'weex.outcome_unknown'),
  });

  function remember({ error }: AttemptSettled | CallSettled, { link }: TracedCall): void {
    if (typeof error === 'object' && error !== null && link) failed.set(error, link);
  }
  function linkOf({ error }: ReconcileStarted): Link | undefined {
    const { cause } = (error ?? {}) as { cause?: unknown };
    return failed.get(error as object) ?? failed.get(cause as object);
  }

  return () => {
    stop();
    leave();
    const left = [...calls.values()].flatMap(({ attempt, call }) => [attempt, call]);
    for (const one of [...left, ...lookups.values()]) quietly(() => one?.span.end());
    calls.clear();
    lookups.clear();
  };
}

function subjectOf({ policy, operation }: CallFacts): Attributes {
  return {
    [attribute.policy]: policy,
    ...(operation === undefined ? {} : { [attribute.operation]: operation }),
  };
}

/** Ends a span with its outcome. A caller's own abort is not an error. */
function close(span: Span, { outcome, error }: AttemptSettled | CallSettled): void {
  span.setAttribute(attribute.outcome, outcome);
  if (outcome === 'failure') fail(span, error);
  span.end();
}

/** No message: it may name an order. */
function fail(span: Span | undefined, error: unknown): void {
  span?.setAttribute(attribute.errorType, errorType(error));
  span?.setStatus({ code: SpanStatusCode.ERROR });
}
