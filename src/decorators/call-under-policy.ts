import {
  type CallContext,
  contextOfCall,
  currentCallContext,
  runWithCallContext,
} from '../core/context/call-context.js';
import { executeForeign } from '../policies/foreign/execute-foreign.js';
import { isResiliencePolicy } from '../policies/is-policy.js';
import { RepeatCheck } from '../policies/foreign/repeat-check.js';
import type { ExecuteOptions } from '../policies/resilience-policy.js';
import { callerSignal } from './caller-signal.js';
import { getDefaultAmbientContext } from './default-ambient-context.js';
import type { AnyMethod, MethodLayer, UncheckedOptions } from './method-layer.js';
import { operationOf } from './operation.js';

/** The default of a parameter that is always passed. */
const nowhere = {} as CallContext;

/** Calls a method under the policy of its layer. */
export function callUnderPolicy(
  layer: MethodLayer,
  method: AnyMethod,
  self: unknown,
  given: unknown[],
): Promise<unknown> {
  try {
    const { guard, options: said, source } = layer.settings;
    // The caller may reuse and change its order object while this call waits, is sent again or is looked up.
    const args = guard ? given.map((value) => copyOrder(value)) : given;
    const ambient = said.ambient ?? getDefaultAmbientContext();
    const policy = source(layer, self);
    const reads = said.effect === 'read' || said.idempotent === true;
    const outer = ambient ? (reads ? currentCallContext() : contextOfCall()) : undefined;
    const options = executeOptions(layer, self, args, outer);
    const run = (): unknown => Reflect.apply(method, self, args);
    // A parameter with a default keeps `length` at 0, so the policy passes the plain context instead of a
    // spreadable copy.
    const attempt = ambient
      ? (context: CallContext = nowhere): unknown => runWithCallContext(context, run)
      : run;
    if (guard) return guard(policy, { self, args, send: attempt, options, ambient });
    if (isResiliencePolicy(policy)) return policy.execute(attempt, options);
    // A foreign policy does not know what was sent: its retry could resend an order that was already placed.
    const repeats = new RepeatCheck(options.operation, reads);
    return executeForeign(policy, options, {
      run: (foreign) => repeats.run(foreign, () => foreign.run(() => attempt(foreign))),
    });
  } catch (error) {
    // An asynchronous method rejects, so a throwing callback and a missing policy must reject as well.
    const reason = error as Error;
    return Promise.reject(reason);
  }
}

function executeOptions(
  layer: MethodLayer,
  self: unknown,
  args: unknown[],
  outer: CallContext | undefined,
): ExecuteOptions {
  const { priority, key, cost, effect, idempotent, signal } = layer.settings.options;
  return {
    operation: operationOf(layer, self),
    priority: typeof priority === 'function' ? Reflect.apply(priority, self, args) : priority,
    key: typeof key === 'function' ? Reflect.apply(key, self, args) : key,
    cost: typeof cost === 'function' ? Reflect.apply(cost, self, args) : cost,
    effect,
    idempotent,
    args,
    instance: typeof self === 'object' && self !== null ? self : undefined,
    signal: signalOf(signal, self, args, outer),
    outer,
    takesBare: true,
  };
}

// A call made by another resilient call ends with it.
function signalOf(
  option: UncheckedOptions['signal'],
  self: unknown,
  args: unknown[],
  outer: CallContext | undefined,
): AbortSignal | undefined {
  const own =
    typeof option === 'function'
      ? Reflect.apply(option, self, args)
      : option === false
        ? undefined
        : callerSignal(args);
  if (outer === undefined) return own;
  return own === undefined || own === outer.signal ? outer.signal : AbortSignal.any([own, outer.signal]);
}

/** Deeper than any order. Deeper values and cycles are passed on uncopied. */
const copiedDepth = 8;

/** Copies plain objects and arrays; instances of other classes are passed on uncopied. */
function copyOrder(value: unknown, depth = copiedDepth): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => copyOrder(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<PropertyKey, unknown> = { ...value };
  for (const key of Object.keys(copy)) copy[key] = copyOrder(copy[key], depth - 1);
  return copy;
}
