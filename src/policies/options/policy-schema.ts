import * as v from 'valibot';

/** The longest time that a timer of Node can wait. */
const longestMs = 2 ** 31 - 1;

function number(minimum: number, maximum: number, whole: boolean): v.GenericSchema {
  const rule = whole ? 'a whole number' : 'a number';
  const range =
    maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  const message = `must be ${rule} ${range}`;
  const within = (value: number): boolean =>
    value >= minimum && value <= maximum && (!whole || Number.isInteger(value));
  return v.pipe(
    v.custom<number>((value) => typeof value === 'number', message),
    v.check(within, message),
  );
}

const milliseconds = number(1, longestMs, true);
const delay = number(0, longestMs, true);
const count = (minimum: number): v.GenericSchema => number(minimum, Number.MAX_SAFE_INTEGER, true);
const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const callback = v.function('must be a function');
const share = v.pipe(
  v.custom<number>((value) => typeof value === 'number', 'must be a number above 0, at most 1'),
  v.check((value) => value > 0 && value <= 1, 'must be a number above 0, at most 1'),
);

function oneOf(values: readonly string[]): v.GenericSchema {
  return v.picklist(values, `must be one of ${values.map((value) => `'${value}'`).join(', ')}`);
}

function group(
  entries: Record<string, v.GenericSchema>,
  required: readonly string[] = [],
): v.GenericSchema & { readonly entries: object } {
  const fields = Object.entries(entries).map(([key, schema]) => [
    key,
    required.includes(key) ? schema : v.optional(schema),
  ]);
  return v.strictObject(Object.fromEntries(fields) as v.ObjectEntries, (issue) =>
    issue.expected === 'never' ? unknownOption(issue, Object.keys(entries)) : missingOrNoObject(issue),
  );
}

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

const backoff = group({
  initialDelayMs: delay,
  maxDelayMs: delay,
  jitter: oneOf(['none', 'full', 'equal', 'decorrelated']),
});

const retryEntries = {
  maxRetries: number(0, 1_000_000, true),
  backoff,
};

const orFalse = (schema: v.GenericSchema): v.GenericSchema =>
  // An issue inside the object says more than "neither false nor an object".
  v.lazy((input) => (input === false ? v.literal(false) : schema));

const clock = v.custom(
  (value) =>
    ['now', 'setTimeout', 'clearTimeout'].every(
      (name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
    ),
  'must have the methods now, setTimeout and clearTimeout',
);

const coordinator = v.custom(
  (value) =>
    ['joinLimit', 'joinCoolDown'].every(
      (name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
    ),
  'must be a coordinator, as createRedisCoordinator makes one',
);

const options = group({
  name: text,
  deadlineMs: milliseconds,
  attemptTimeoutMs: milliseconds,
  retry: orFalse(
    group({
      ...retryEntries,
      on: errorClasses,
      budget: group({ ratio: number(0, 1, false), minPerSecond: number(0, 1_000_000, false), scope: text }),
    }),
  ),
  circuitBreaker: orFalse(
    group({
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
      whenOpen: oneOf(['reject', 'wait']),
      on: errorClasses,
      maxKeys: count(1),
    }),
  ),
  bulkhead: orFalse(
    group(
      {
        limit: count(1),
        queue: v.custom(
          (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0),
          'must be a whole number of at least 0, or Infinity',
        ),
        maxWaitMs: milliseconds,
        reserved: group({ critical: count(0), normal: count(0) }),
      },
      ['limit'],
    ),
  ),
  rateLimit: orFalse(
    group(
      {
        limit: count(1),
        windowMs: milliseconds,
        cost: count(0),
        scope: text,
        type: oneOf(['weight', 'orders']),
        adaptive: v.boolean('must be true or false'),
        reserved: group({ critical: count(0) }),
      },
      ['limit', 'windowMs'],
    ),
  ),
  coolDown: v.lazy((input) =>
    typeof input === 'boolean' ? v.boolean() : group({ scope: text, within: text }),
  ),
  fallback: orFalse(callback),
  staleMs: milliseconds,
  effect: oneOf(['read', 'write']),
  resynchronizeClock: callback,
  inner: v.custom(
    (value) => typeof (value as { execute?: unknown } | null)?.execute === 'function',
    'must be a policy with an execute method',
  ),
  coordinator,
  clock,
  random: callback,
});

const rule = group({
  retry: orFalse(group(retryEntries)),
  circuitBreaker: v.boolean('must be true or false'),
  coolDown: v.boolean('must be true or false'),
  fallback: orFalse(callback),
});

/** The names of the options of a policy. */
export const optionNames: readonly string[] = Object.keys(options.entries);

/** The shape of what can be given, by what it is called in messages. */
export const schemas: { readonly [Name in 'options' | 'rule' | 'registry']: v.GenericSchema } = {
  options,
  rule,
  registry: group({ clock, coordinator, random: callback }),
};

function isErrorClass(value: { prototype?: unknown }): boolean {
  return value === Error || value.prototype instanceof Error;
}

function missingOrNoObject(issue: v.BaseIssue<unknown>): string {
  return issue.input === undefined ? 'is required' : 'must be an object';
}

function unknownOption(issue: v.BaseIssue<unknown>, known: readonly string[]): string {
  const key = String(issue.path?.at(-1)?.key);
  const [near] = known
    .map((name) => ({ name, letters: distance(name.toLowerCase(), key.toLowerCase()) }))
    .filter(({ letters }) => letters <= Math.max(2, key.length * 0.45))
    .toSorted((left, right) => left.letters - right.letters);
  return `is no option${near ? `, did you mean ${near.name}?` : `; known are ${known.join(', ')}`}`;
}

/** How many letters must be changed, added or removed to make one word the other. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
