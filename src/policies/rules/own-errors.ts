import {
  type ExecutionStatus,
  WEEXBulkheadFullError,
  WEEXCircuitOpenError,
  WEEXOutcomeUnknownError,
  WEEXRateLimitError,
  WEEXTimeoutError,
} from '../../errors/index.js';
import type { ExecuteOptions, Resolution } from '../options/execute-options.js';

/** The call that an error is about. */
export interface ErrorSubject {
  readonly policy: {
    readonly name: string;
    readonly attemptTimeoutMs: number | undefined;
    readonly deadlineMs: number | undefined;
  };
  readonly options: ExecuteOptions;
  readonly attempts: number;
  /** Whether an attempt may have been executed and nothing has disproved it. */
  readonly isInDoubt: boolean;
  /** The previous error, which says more than the refusal that ends the call. */
  readonly lastError: unknown;
}

/** The errors with which the library itself ends a call. */
export const ownErrors = {
  circuitOpen(call: ErrorSubject, waitMs: number): WEEXCircuitOpenError {
    const { name } = call.policy;
    const { key } = call.options;
    const circuit = key === undefined ? 'Circuit' : `Circuit '${key}'`;
    const message = `${circuit} of policy '${name}' is open`;
    const details = {
      policy: name,
      // An isolated circuit has no next trial.
      retryAfter: waitMs === Infinity ? undefined : waitMs / 1_000,
      executionStatus: refusalStatus(call),
      context: facts(call),
      cause: call.lastError,
    };
    return withoutStack(() => new WEEXCircuitOpenError(message, details));
  },

  bulkheadFull(call: ErrorSubject, what: string): WEEXBulkheadFullError {
    const { name } = call.policy;
    const details = {
      policy: name,
      executionStatus: refusalStatus(call),
      context: facts(call),
      cause: call.lastError,
    };
    return withoutStack(() => new WEEXBulkheadFullError(`Call of policy '${name}' ${what}`, details));
  },

  coolingDown(call: ErrorSubject, waitMs: number, cause: unknown): WEEXRateLimitError {
    return new WEEXRateLimitError(
      `Call of policy '${call.policy.name}' would wait ${Math.ceil(waitMs)} ms for the cool-down, beyond its deadline`,
      { retryAfter: waitMs / 1_000, executionStatus: refusalStatus(call), context: facts(call), cause },
    );
  },

  timedOut(
    call: ErrorSubject,
    scope: 'attempt' | 'deadline',
    executionStatus: ExecutionStatus | undefined,
  ): WEEXTimeoutError {
    const { name, attemptTimeoutMs, deadlineMs } = call.policy;
    const [what, limit] = scope === 'attempt' ? ['Attempt', attemptTimeoutMs] : ['Call', deadlineMs];
    return new WEEXTimeoutError(`${what} of policy '${name}' took longer than ${limit} ms`, {
      scope,
      executionStatus,
      context: facts(call),
      cause: call.lastError,
    });
  },

  /** The result of a lookup that proves nothing. */
  noProof(call: ErrorSubject, what: string, cause: unknown): Resolution {
    return { outcome: 'unknown', error: ownErrors.outcomeUnknown(call, what, cause) };
  },

  outcomeUnknown(call: ErrorSubject, what: string, cause: unknown): WEEXOutcomeUnknownError {
    const { clientOrderId } = call.options;
    const subject = clientOrderId === undefined ? 'the request' : `order ${clientOrderId}`;
    return new WEEXOutcomeUnknownError(`Outcome of ${subject} ${what}: look it up before you send it again`, {
      clientOrderId,
      context: facts(call),
      cause,
    });
  },
} as const;

/**
 * While the exchange is down, every call is refused, and the stack would contain only this library: capturing it
 * costs more than everything else. `policy`, `operation` and `key` say where it happened.
 */
function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  // Unlike an assignment, this does not throw if a program has frozen the built-ins.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

/** This attempt was not sent; the status of the call depends on earlier ones. */
function refusalStatus({ isInDoubt }: ErrorSubject): ExecutionStatus | undefined {
  return isInDoubt ? undefined : 'not-executed';
}

function facts({ attempts, options, policy }: ErrorSubject): Record<string, unknown> {
  const { clientOrderId, key, operation } = options;
  return {
    policy: policy.name,
    ...(key === undefined ? {} : { key }),
    ...(operation === undefined ? {} : { operation }),
    ...(clientOrderId === undefined ? {} : { clientOrderId }),
    attempts,
  };
}
