import type { CallContext } from '../../core/context/call-context.js';
import type { Priority } from './priorities.js';

/** What was found out about a request whose outcome was unknown. */
export type Resolution =
  | { readonly outcome: 'found'; readonly value: unknown }
  /** It was not executed. `error` is what the call rejects with if it has no attempt or no time left. */
  | { readonly outcome: 'absent'; readonly error: unknown }
  | { readonly outcome: 'unknown'; readonly error: unknown };

/** Options of one call; all are optional. */
export interface ExecuteOptions {
  /** Aborts the call, whatever it is waiting for. The promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** The priority in every queue. Default `'normal'`. */
  readonly priority?: Priority | undefined;
  /** Selects the circuit: one per key, for example per symbol. Default: one circuit for all calls. */
  readonly key?: string | undefined;
  /** The name of the operation, for errors and events. */
  readonly operation?: string | undefined;
  /** `'read'`: the call changes nothing, so it may be sent again when its outcome is unknown. */
  readonly effect?: 'read' | 'write' | undefined;
  /** Sending the call twice has the same effect as once, so it may be sent again when its outcome is unknown. */
  readonly idempotent?: boolean | undefined;
  /** The arguments of the method, if the call is one: they separate last good values (`staleMs`). */
  readonly args?: readonly unknown[] | undefined;
  /** The instance that the method belongs to: each has its own last good values. */
  readonly instance?: object | undefined;
  /** The id of the intent, passed on in the context of every attempt. */
  readonly clientOrderId?: string | undefined;
  /**
   * How much of the rate limit the call uses, a number of at least 0. Default: the policy's `rateLimit.cost`,
   * otherwise 1.
   */
  readonly cost?: number | undefined;
  /** @internal The attempt in which the call is made. */
  readonly outer?: CallContext | undefined;
  /** @internal The function only passes its context on, so it may receive the plain attempt. */
  readonly takesBare?: true | undefined;
  /**
   * Determines whether a request whose outcome is unknown was executed: `found` ends the call with its value,
   * `absent` allows one more attempt, `unknown` ends it with its error. It is called at most once per failed
   * attempt, within the deadline of the call unless `resolveDeadlineMs` sets its own.
   *
   * `context` is that of the failed attempt, but its `signal` aborts only when the caller gives up or the time for
   * resolving is over.
   */
  readonly resolveUnknown?: ((error: unknown, context: CallContext) => Promise<Resolution>) | undefined;
  /** How long `resolveUnknown` may take beyond the deadline of the call, in milliseconds. */
  readonly resolveDeadlineMs?: number | undefined;
}
