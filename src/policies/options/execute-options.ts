import type { CallContext } from '../../core/context/call-context.js';
import type { Priority } from './priorities.js';

/** What became of a request whose outcome was unknown. */
export type Resolution =
  | { readonly outcome: 'found'; readonly value: unknown }
  /** It was not executed. `error` is what the call ends with when it has no attempt or no time left. */
  | { readonly outcome: 'absent'; readonly error: unknown }
  | { readonly outcome: 'unknown'; readonly error: unknown };

/** What one call says of itself; every field is optional. */
export interface ExecuteOptions {
  /** Aborts the call, whatever it is waiting for. The promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** The class in every queue. Default `'normal'`. */
  readonly priority?: Priority | undefined;
  /** Chooses the circuit: one a key, for example a symbol. Default: one circuit for all calls. */
  readonly key?: string | undefined;
  /** The name of the operation, for errors and events. */
  readonly operation?: string | undefined;
  /** `'read'`: nothing can be executed twice, so a call with an unknown outcome may be sent again. */
  readonly effect?: 'read' | 'write' | undefined;
  /** Sending it twice does what sending it once does, so a call with an unknown outcome may be sent again. */
  readonly idempotent?: boolean | undefined;
  /** The arguments of the method, where the call is one: they tell last good values (`staleMs`) apart. */
  readonly args?: readonly unknown[] | undefined;
  /** The instance that the method belongs to: each has last good values of its own. */
  readonly instance?: object | undefined;
  /** The id of the intent, passed on in the context of every attempt. */
  readonly clientOrderId?: string | undefined;
  /** What the call takes from the rate limit. Default: the policy's `rateLimit.cost`, else 1. */
  readonly cost?: number | undefined;
  /** @internal The attempt that the call is made in. */
  readonly outer?: CallContext | undefined;
  /** @internal The function only passes its context on, so that it may be given the bare one. */
  readonly takesBare?: true | undefined;
  /**
   * Establishes whether a request whose outcome is unknown was executed: `found` ends the call with its value,
   * `absent` allows one more attempt, `unknown` ends it with its error. It is called at most once for each failed
   * attempt, inside the deadline of the call unless `resolveDeadlineMs` gives it its own.
   *
   * `context` is that of the failed attempt, but its `signal` aborts only when the caller gives up or the time for
   * resolving is over.
   */
  readonly resolveUnknown?: ((error: unknown, context: CallContext) => Promise<Resolution>) | undefined;
  /** How long `resolveUnknown` may take beyond the deadline of the call, in milliseconds. */
  readonly resolveDeadlineMs?: number | undefined;
}
