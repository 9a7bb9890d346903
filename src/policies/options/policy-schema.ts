import * as v from 'valibot';
import {
  callback,
  hasMethods,
  longestMs,
  number,
  oneOf,
  option,
  optionTable,
  orFalse,
  type OptionRule,
  type OptionRules,
  type OptionTable,
  trueOrFalse,
} from '../../core/options/option-table.js';
import type { ErrorRule, PolicyOptions } from './policy-options.js';

const milliseconds = number(1, longestMs, true);
const delay = number(0, longestMs, true);
const count = (minimum: number): OptionRule => number(minimum, Number.MAX_SAFE_INTEGER, true);
const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const share = v.pipe(
  v.custom<number>((value) => typeof value === 'number', 'must be a number above 0, at most 1'),
  v.check((value) => value > 0 && value <= 1, 'must be a number above 0, at most 1'),
);

const errorClasses = v.pipe(
  v.array(
    v.custom(
      (value) => typeof value === 'function' && isErrorClass(value),
      'must be a class that extends Error',
    ),
    'must be a list of error classes',
  ),
  v.nonEmpty('must name at least one class; use false to switch it off'),
);

const backoff = optionTable({
  initialDelayMs: delay,
  maxDelayMs: delay,
  jitter: oneOf('none', 'full', 'equal', 'decorrelated'),
});

const retryEntries = {
  maxRetries: number(0, 1_000_000, true),
  backoff,
};

/** A clock given by the user. */
export const clock: OptionRule = v.custom(
  hasMethods('now', 'setTimeout', 'clearTimeout'),
  'must have the methods now, setTimeout and clearTimeout',
);

/** A coordinator given by the user. */
export const coordinator: OptionRule = option(
  'a coordinator, such as createRedisCoordinator returns',
  hasMethods('joinLimit', 'joinCoolDown'),
);

const rules: OptionRules<PolicyOptions> = {
  name: text,
  deadlineMs: milliseconds,
  attemptTimeoutMs: milliseconds,
  retry: orFalse(
    optionTable({
      ...retryEntries,
      on: errorClasses,
      budget: optionTable({
        ratio: number(0, 1, false),
        minPerSecond: number(0, 1_000_000, false),
        scope: text,
      }),
    }),
  ),
  circuitBreaker: orFalse(
    optionTable({
      consecutiveFailures: count(1),
      failureRate: share,
      windowMs: milliseconds,
      windowCalls: number(1, 1_000_000, true),
      minimumCalls: count(1),
      slowCallMs: milliseconds,
      slowCallRate: share,
      halfOpenAfterMs: milliseconds,
      maxHalfOpenAfterMs: milliseconds,
      halfOpenTrials: count(1),
      halfOpenFailureRate: v.pipe(
        v.custom<number>((value) => typeof value === 'number', 'must be a number from 0, below 1'),
        v.check((value) => value >= 0 && value < 1, 'must be a number from 0, below 1'),
      ),
      whenOpen: oneOf('reject', 'wait'),
      on: errorClasses,
      maxKeys: count(1),
    }),
  ),
  bulkhead: orFalse(
    optionTable(
      {
        limit: count(1),
        queue: v.custom(
          (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0),
          'must be a whole number of at least 0, or Infinity',
        ),
        maxWaitMs: milliseconds,
        reserved: optionTable({ critical: count(0), normal: count(0) }),
      },
      ['limit'],
    ),
  ),
  rateLimit: orFalse(
    optionTable(
      {
        limit: count(1),
        windowMs: milliseconds,
        cost: count(0),
        scope: text,
        type: oneOf('weight', 'orders'),
        adaptive: trueOrFalse,
        reserved: optionTable({ critical: count(0) }),
      },
      ['limit', 'windowMs'],
    ),
  ),
  coolDown: v.lazy((input) =>
    typeof input === 'boolean' ? v.boolean() : optionTable({ scope: text, within: text }),
  ),
  fallback: orFalse(callback),
  staleMs: milliseconds,
  effect: oneOf('read', 'write'),
  resynchronizeClock: callback,
  inner: option('a policy with an execute method', hasMethods('execute')),
  coordinator,
  clock,
  random: callback,
};

const rule = optionTable<ErrorRule>({
  retry: orFalse(optionTable(retryEntries)),
  circuitBreaker: trueOrFalse,
  coolDown: trueOrFalse,
  fallback: orFalse(callback),
});

/** The names of all policy options. */
export const optionNames: readonly string[] = Object.keys(rules);

type RegistryOptions = Pick<PolicyOptions, 'clock' | 'coordinator' | 'random'>;

/** The tables that check the options of policies, rules and registries. */
export const tables: {
  readonly options: OptionTable<PolicyOptions>;
  readonly rule: OptionTable<ErrorRule>;
  readonly registry: OptionTable<RegistryOptions>;
} = {
  options: optionTable<PolicyOptions>(rules),
  rule,
  registry: optionTable<RegistryOptions>({ clock, coordinator, random: callback }),
};

function isErrorClass(value: { prototype?: unknown }): boolean {
  return value === Error || value.prototype instanceof Error;
}
