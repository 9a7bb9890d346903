import {
  checkOptions,
  optionFault,
  type OptionFault,
  readByTable,
  throwFaults,
} from '../../core/options/check-options.js';
import { isObject } from '../../core/options/option-table.js';
import type { ErrorRule, PolicyOptions } from './policy-options.js';
import { tables } from './policy-schema.js';

/** A fault that involves two or more options. */
interface Contradiction extends OptionFault {
  readonly operands: readonly string[];
}

type Check = (holds: boolean, option: string, problem: string, ...others: readonly string[]) => void;

/**
 * Returns a plain copy of options, each of them read once, including inherited and computed ones; later changes do
 * not affect it. Invalid options throw one error for all faults: a `TypeError` if a type or name is wrong,
 * otherwise a `RangeError`.
 */
export function validateOptions(
  given: unknown,
  subject: string | ((read: PolicyOptions | null) => string),
): PolicyOptions {
  const { faults, options: read } = readByTable(tables.options, given);
  const between = isObject(read) ? contradictions(read) : [];
  // An option that is itself wrong is not also reported as a contradiction.
  const sound = between.filter(
    ({ operands }) => !faults.some(({ option }) => operands.some(isWithin(option))),
  );
  throwFaults(typeof subject === 'string' ? subject : subject(read), [...faults, ...sound]);
  return copyOptions(read);
}

/** Rejects changes to options that running or waiting calls rely on. */
export function validateSame(options: PolicyOptions, current: PolicyOptions, subject: string): void {
  const faults = (['name', 'clock', 'coordinator', 'random'] as const)
    .filter((option) => options[option] !== undefined && options[option] !== current[option])
    .map((option) => optionFault(option, 'cannot be changed while the policy is in use', false));
  throwFaults(subject, faults);
}

/** Like {@link validateOptions}, for the defaults of a registry. */
export function validateRegistry(options: unknown): PolicyOptions {
  return checkOptions(tables.registry, options, 'create a registry');
}

/** Like {@link validateOptions}, for a rule of `registry.forError`. */
export function validateRule(rule: unknown, subject: string): ErrorRule {
  const { faults, options } = readByTable(tables.rule, rule);
  throwFaults(subject, faults.length > 0 ? faults : contradictions(options as PolicyOptions));
  return copyOptions(options);
}

/** The contradictions between options. */
function contradictions(options: PolicyOptions): Contradiction[] {
  const faults: Contradiction[] = [];
  const check: Check = (holds, option, problem, ...others) => {
    if (!holds) faults.push({ ...optionFault(option, problem, false), operands: [option, ...others] });
  };
  const { deadlineMs, attemptTimeoutMs } = options;
  if (deadlineMs !== undefined && attemptTimeoutMs !== undefined) {
    check(
      attemptTimeoutMs <= deadlineMs,
      'attemptTimeoutMs',
      `must not exceed deadlineMs ${deadlineMs}, received ${attemptTimeoutMs}`,
      'deadlineMs',
    );
  }
  const { initialDelayMs, maxDelayMs } = (options.retry || {}).backoff ?? {};
  if (initialDelayMs !== undefined && maxDelayMs !== undefined) {
    check(
      initialDelayMs <= maxDelayMs,
      'retry.backoff.initialDelayMs',
      `must not exceed maxDelayMs ${maxDelayMs}, received ${initialDelayMs}`,
      'retry.backoff.maxDelayMs',
    );
  }
  checkCircuitBreaker(options.circuitBreaker || {}, check);
  const bulkhead = options.bulkhead || undefined;
  if (bulkhead) {
    const reserved = Number(bulkhead.reserved?.critical ?? 0) + Number(bulkhead.reserved?.normal ?? 0);
    check(
      reserved < bulkhead.limit,
      'bulkhead.reserved',
      `must leave a slot of the limit ${bulkhead.limit} free, received ${reserved} in all`,
      'bulkhead.limit',
    );
    check(
      bulkhead.maxWaitMs === undefined || (bulkhead.queue ?? 0) > 0,
      'bulkhead.maxWaitMs',
      `requires a queue of at least 1, received ${bulkhead.maxWaitMs} with queue ${bulkhead.queue ?? 0}`,
      'bulkhead.queue',
    );
  }
  const rateLimit = options.rateLimit || undefined;
  if (rateLimit) {
    const { limit, cost = 1, reserved } = rateLimit;
    check(
      cost <= limit,
      'rateLimit.cost',
      `must not exceed limit ${limit}, received ${cost}`,
      'rateLimit.limit',
    );
    check(
      (reserved?.critical ?? 0) < limit,
      'rateLimit.reserved.critical',
      `must be below limit ${limit}, received ${reserved?.critical}`,
      'rateLimit.limit',
    );
  }
  return faults;
}

function checkCircuitBreaker(
  options: Exclude<PolicyOptions['circuitBreaker'], false | undefined>,
  check: Check,
): void {
  const { windowCalls, minimumCalls, halfOpenAfterMs = 5_000, maxHalfOpenAfterMs } = options;
  if (options.consecutiveFailures !== undefined) {
    for (const other of ['failureRate', 'windowMs', 'windowCalls', 'minimumCalls', 'slowCallMs'] as const) {
      check(
        options[other] === undefined,
        `circuitBreaker.${other}`,
        `cannot be combined with consecutiveFailures, received ${options[other]}`,
        'circuitBreaker.consecutiveFailures',
      );
    }
  }
  check(
    options.windowMs === undefined || windowCalls === undefined,
    'circuitBreaker.windowCalls',
    `cannot be combined with windowMs, received ${windowCalls}`,
    'circuitBreaker.windowMs',
  );
  check(
    windowCalls === undefined || minimumCalls === undefined || minimumCalls <= windowCalls,
    'circuitBreaker.minimumCalls',
    `must not exceed windowCalls ${windowCalls}, received ${minimumCalls}`,
    'circuitBreaker.windowCalls',
  );
  check(
    options.slowCallRate === undefined || options.slowCallMs !== undefined,
    'circuitBreaker.slowCallRate',
    `requires slowCallMs, received ${options.slowCallRate} without it`,
    'circuitBreaker.slowCallMs',
  );
  check(
    maxHalfOpenAfterMs === undefined || maxHalfOpenAfterMs >= halfOpenAfterMs,
    'circuitBreaker.maxHalfOpenAfterMs',
    `must be at least halfOpenAfterMs ${halfOpenAfterMs}, received ${maxHalfOpenAfterMs}`,
    'circuitBreaker.halfOpenAfterMs',
  );
}

/** Whether a path is the option itself, inside it, or contains it. */
function isWithin(option: string): (path: string) => boolean {
  return (path) => path === option || path.startsWith(`${option}.`) || option.startsWith(`${path}.`);
}

/** Used without copying: these have state, and methods that may be inherited. */
const kept: ReadonlySet<string> = new Set(['clock', 'coordinator', 'inner']);

/** A copy that is not affected by later changes to the caller's objects. */
function copyOptions<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).map(([key, value]: [string, unknown]) =>
    kept.has(key) ? [key, value] : [key, copyValue(value)],
  );
  return Object.freeze(Object.fromEntries(entries)) as Options;
}

function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze([...(value as unknown[])]);
  return typeof value === 'object' && value !== null ? copyOptions(value) : value;
}
