import type { CallContext } from '../../core/context/call-context.js';
import { isWEEXError, type WEEXErrorKind } from '../../errors/index.js';
import { causeChain } from './cause-chain.js';
import { writesOf } from './in-doubt.js';
import { matchesClass } from './matches-class.js';
import type { ErrorClass } from '../options/policy-options.js';
import type { ErrorRules } from './error-rules.js';
import type { ExecuteOptions } from '../options/execute-options.js';

/** What the policy itself specifies about errors. */
interface DecidingPolicy {
  readonly breakerOn: readonly ErrorClass[] | undefined;
  readonly retry: { readonly on: readonly ErrorClass[] | undefined } | false | undefined;
  readonly rules: ErrorRules;
}

/** Kinds that a program throws itself: what went wrong at the exchange is in their cause. */
const ownKinds: ReadonlySet<WEEXErrorKind> = new Set(['trading-strategy', 'risk-management', 'portfolio']);

/**
 * The error on which retry, circuit breaker and cool-down are based. It is the thrown one if it comes from the
 * exchange or if the policy names its class. If a method wraps an exchange error, it is the inner one; if it throws
 * anything else although the exchange refused its order, it is that refusal.
 */
export function decidingError(
  {
    options: { clientOrderId },
    policy: { breakerOn, retry, rules },
  }: { readonly options: Pick<ExecuteOptions, 'clientOrderId'>; readonly policy: DecidingPolicy },
  { sent }: Pick<CallContext, 'sent'>,
  thrown: unknown,
): unknown {
  if (isFromExchange(thrown)) return thrown;
  const named = [...((retry && retry.on) || []), ...(breakerOn ?? [])];
  if (rules.find(thrown)?.own || matchesClass(named, thrown)) return thrown;
  try {
    for (const link of causeChain(thrown)) if (isFromExchange(link)) return link;
  } catch {
    // Anything can be thrown, even a value that throws when it is read.
  }
  if (clientOrderId === undefined) return thrown;
  return writesOf(clientOrderId, sent).findLast(({ refusal }) => refusal)?.refusal ?? thrown;
}

function isFromExchange(error: unknown): boolean {
  return isWEEXError(error) && !ownKinds.has(error.kind);
}
