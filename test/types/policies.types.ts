import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  fallback,
  handleAll,
  type IPolicy,
  noop,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import {
  type AnyPolicy,
  createPolicy,
  type Outcome,
  policies,
  type PolicyOptions,
  PolicyRegistry,
  type ResiliencePolicy,
  WEEXRateLimitError,
  WEEXSystemError,
} from 'weex-resilience';

// Compiled, never run: every line that must not compile says why.

const policy: ResiliencePolicy = createPolicy({ name: 'orders' });
const registry = new PolicyRegistry();

/** Fails to compile unless both types are the same. */
function same<Expected>(): <Given>(
  given: Given & ([Given, Expected] extends [Expected, Given] ? unknown : never),
) => void {
  return () => undefined;
}

export async function calls(signal: AbortSignal): Promise<void> {
  same<number>()(await policy.execute(async () => 42));
  same<string>()(await policy.execute(() => 'text', signal));
  same<Outcome<number>>()(
    await policy.executeOutcome(async () => 42, { signal, priority: 'critical', key: 'BTC' }),
  );
  const outcome = await policy.executeOutcome(async () => 42);
  if (outcome.ok) same<number>()(outcome.value);
  else same<unknown>()(outcome.error);
  await policy.execute((context) => {
    same<number>()(context.attempt);
    same<AbortSignal>()(context.signal);
    same<number | undefined>()(context.deadline);
    same<string | undefined>()(context.clientOrderId);
    // @ts-expect-error what an attempt knows of itself is not for the method to change
    context.attempt = 1;
  });
  // @ts-expect-error an outcome must be asked whether it is ok
  same<number>()((await policy.executeOutcome(async () => 42)).value);
  // @ts-expect-error a policy runs a function
  await policy.execute(42);
  // @ts-expect-error there is no such class of calls
  await policy.execute(async () => 1, { priority: 'urgent' });
  // @ts-expect-error the key is a string
  await policy.execute(async () => 1, { key: 5 });
  // @ts-expect-error the option is called signal
  await policy.execute(async () => 1, { abortSignal: signal });
}

export function options(): void {
  createPolicy();
  createPolicy({ retry: false, circuitBreaker: false, bulkhead: false, rateLimit: false, coolDown: false });
  createPolicy({ deadlineMs: undefined, retry: undefined, bulkhead: undefined });
  createPolicy({ retry: { on: [WEEXSystemError, TypeError] }, coolDown: { scope: 'account' } });
  createPolicy({ fallback: (error, { policy: name, operation }) => [error, name, operation] });
  for (const preset of [policies.standard, policies.marketData, policies.account, policies.trading]) {
    same<ResiliencePolicy>()(preset({ name: 'mine' }));
  }
  // @ts-expect-error the option is called deadlineMs
  createPolicy({ deadline: 5_000 });
  // @ts-expect-error the option is called maxRetries
  createPolicy({ retry: { maxAttempts: 3 } });
  // @ts-expect-error true says nothing about how often
  createPolicy({ retry: true });
  // @ts-expect-error there is no such jitter
  createPolicy({ retry: { backoff: { jitter: 'random' } } });
  // @ts-expect-error a bulkhead without a limit limits nothing
  createPolicy({ bulkhead: { queue: 5 } });
  // @ts-expect-error an allowance needs a window
  createPolicy({ rateLimit: { limit: 20 } });
  // @ts-expect-error durations are numbers
  createPolicy({ deadlineMs: '5s' });
  // @ts-expect-error an instance is no class
  createPolicy({ retry: { on: [new TypeError()] } });
  // @ts-expect-error a class that is no error is never thrown
  createPolicy({ circuitBreaker: { on: [Date] } });
  // @ts-expect-error slots are kept for classes of calls
  createPolicy({ bulkhead: { limit: 5, reserved: { urgent: 1 } } });
  // @ts-expect-error a clock also sets timers
  createPolicy({ clock: { now: () => 0 } });
  // @ts-expect-error options of a policy do not change by themselves
  policy.describe().options.deadlineMs = 5;
  // @ts-expect-error the name stays
  policy.name = 'other';
}

export async function fallbacks(given: PolicyOptions): Promise<void> {
  const cached = createPolicy({ name: 'cached', fallback: () => 42 });
  same<ResiliencePolicy<number>>()(cached);
  same<string | number>()(await cached.execute(async () => 'text'));
  same<Outcome<string | number>>()(await cached.executeOutcome(async () => 'text'));
  same<string | number>()(await wrap(cached, noop).execute(() => 'text'));
  same<string | Date>()(
    await registry.define('dated', { fallback: async () => new Date() }).execute(() => 'text'),
  );
  same<string | number>()(await policies.marketData({ fallback: () => 42 }).execute(() => 'text'));
  same<string>()(await createPolicy({ fallback: false }).execute(() => 'text'));
  // Options that may hold any fallback, or none, say nothing of it.
  same<string>()(await createPolicy(given).execute(() => 'text'));
  // @ts-expect-error it may also be the number of the fallback
  same<string>()(await cached.execute(async () => 'text'));
}

export function rules(): void {
  same<PolicyRegistry>()(registry.forError(WEEXRateLimitError, { retry: { maxRetries: 5 }, coolDown: true }));
  registry.forError(class extends Error {}, { retry: false, circuitBreaker: true, fallback: () => 1 });
  // @ts-expect-error a rule is for a class of errors
  registry.forError('WEEXRateLimitError', { retry: false });
  // @ts-expect-error a date is no error
  registry.forError(Date, { retry: false });
  // @ts-expect-error whether it counts is a yes or no
  registry.forError(WEEXRateLimitError, { circuitBreaker: { failureRate: 0.5 } });
  // @ts-expect-error the field is called coolDown
  registry.forError(WEEXRateLimitError, { cooldown: true });
  // @ts-expect-error which classes are retried is what the rule itself says
  registry.forError(WEEXRateLimitError, { retry: { on: [TypeError] } });
}

export async function together(): Promise<void> {
  const theirs = [
    retry(handleAll, { maxAttempts: 3 }),
    circuitBreaker(handleAll, { halfOpenAfter: 1, breaker: new ConsecutiveBreaker(1) }),
    bulkhead(1),
    timeout(1, TimeoutStrategy.Aggressive),
    fallback(handleAll, 'none'),
    noop,
    policy,
  ] satisfies readonly AnyPolicy[];
  for (const other of theirs) {
    same<ResiliencePolicy>()(registry.define('theirs', other));
    createPolicy({ inner: other });
  }
  const plain: IPolicy = policy;
  same<number>()(await wrap(plain, noop).execute(() => 1));
  same<number>()(await wrap(noop, policy).execute(({ signal }) => Number(signal.aborted)));
  const attempt = await wrap(policy, noop).execute((context) => context.attempt);
  same<number>()(attempt);
  // @ts-expect-error a function is no policy
  createPolicy({ inner: async () => 1 });
  // @ts-expect-error a name is no policy
  registry.define('other', 'orders');
}
