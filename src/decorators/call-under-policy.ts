import { type CallContext, currentCallContext, runWithCallContext } from '../context/call-context.js';
import type { ExecuteOptions } from '../policies/resilience-policy.js';
import { callerSignal } from './caller-signal.js';
import { getDefaultAmbientContext } from './default-ambient-context.js';
import { executeForeign } from './execute-foreign.js';
import type { AnyMethod, MethodLayer, UncheckedOptions } from './method-layer.js';
import { operationOf } from './operation.js';
import { isResiliencePolicy } from './policy-source.js';

/** Calls a method under the policy of its layer. */
export function callUnderPolicy(
  layer: MethodLayer,
  method: AnyMethod,
  self: unknown,
  args: unknown[],
): Promise<unknown> {
  try {
    const { guard, options: said, source } = layer.plan;
    const ambient = said.ambient ?? getDefaultAmbientContext();
    const policy = source(layer, self);
    const options = executeOptions(layer, self, args, ambient);
    const attempt = ambient
      ? (context: CallContext): unknown =>
          runWithCallContext(context, () => Reflect.apply(method, self, args))
      : (): unknown => Reflect.apply(method, self, args);
    if (guard) return guard(policy, { self, args, send: attempt, options, ambient });
    return isResiliencePolicy(policy)
      ? policy.execute(attempt, options)
      : executeForeign(policy, attempt, options);
  } catch (error) {
    // A callback or a missing policy must reject, as everything else that goes wrong in an asynchronous method.
    const reason = error as Error;
    return Promise.reject(reason);
  }
}

function executeOptions(
  layer: MethodLayer,
  self: unknown,
  args: unknown[],
  ambient: boolean,
): ExecuteOptions {
  const { priority, key, cost, effect, idempotent, signal } = layer.plan.options;
  return {
    operation: operationOf(layer, self),
    priority: typeof priority === 'function' ? Reflect.apply(priority, self, args) : priority,
    key: typeof key === 'function' ? Reflect.apply(key, self, args) : key,
    cost: typeof cost === 'function' ? Reflect.apply(cost, self, args) : cost,
    effect,
    idempotent,
    args,
    instance: typeof self === 'object' && self !== null ? self : undefined,
    signal: signalOf(signal, self, args, ambient),
  };
}

// A call that is made by another resilient call ends with it.
function signalOf(
  option: UncheckedOptions['signal'],
  self: unknown,
  args: unknown[],
  ambient: boolean,
): AbortSignal | undefined {
  const own =
    typeof option === 'function'
      ? Reflect.apply(option, self, args)
      : option === false
        ? undefined
        : callerSignal(args);
  const outer = ambient ? currentCallContext() : undefined;
  if (outer === undefined) return own;
  return own === undefined || own === outer.signal ? outer.signal : AbortSignal.any([own, outer.signal]);
}
