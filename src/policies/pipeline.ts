import {
  EventEmitter,
  type Event,
  type IBackoffFactory,
  type IFailureEvent,
  type ISuccessEvent,
} from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import type { Clock } from '../core/time/clock.js';
import { Admission } from './admission/admission.js';
import { AdmissionQueue } from './admission/admission-queue.js';
import { backoffDefaults, createBackoff } from './retry/backoff.js';
import { callOptions } from './execution/call-options.js';
import { resolveCircuit } from './circuit-breaker/circuit.js';
import { CircuitBreaker, isCircuitBreakerSnapshot } from './circuit-breaker/circuit-breaker.js';
import { PolicyCoolDown } from './admission/policy-cool-down.js';
import { describePolicy } from './describe.js';
import { Execution } from './execution/execution.js';
import { guardedEvent } from './events/guarded-event.js';
import { monotonicClock } from '../core/time/monotonic-clock.js';
import type { ResolvedRetry } from './retry/next-step.js';
import type { CompiledPolicy } from './execution/compiled-policy.js';
import type { BackoffOptions, PolicyOptions, RetryOptions } from './options/policy-options.js';
import { publishReconfigured } from './publish-reconfigured.js';
import { resolveRateLimit } from './rate-limit/rate-limit-config.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import type { ExecuteOptions } from './options/execute-options.js';
import type { Outcome, PolicyDescription, PolicySnapshot, ResiliencePolicy } from './resilience-policy.js';
import { RetryBudget } from './retry/retry-budget.js';
import { defaultScope, type LimitClaim, type SharedState } from './shared-state.js';
import { snapshotOf } from './snapshot-of.js';
import { steadyClock } from '../core/time/steady-clock.js';
import { StaleValues } from './fallback/stale-values.js';
import { validateOptions, validateSame } from './options/validate.js';

type Work<Value> = (context: CallContext) => PromiseLike<Value> | Value;

/** The pipeline behind `createPolicy`: compiles options, and runs each call under the policy as it is then. */
export class Pipeline implements ResiliencePolicy {
  declare readonly _altReturn: never;
  readonly name: string;
  readonly origin: object | undefined;
  readonly onSuccess: Event<ISuccessEvent>;
  readonly onFailure: Event<IFailureEvent>;
  readonly #shared: SharedState;
  clock: Clock;
  #random: () => number;
  readonly #succeeded = new EventEmitter<ISuccessEvent>();
  readonly #failed = new EventEmitter<IFailureEvent>();
  readonly #listens = { ever: false };
  #backoffs: WeakMap<BackoffOptions, IBackoffFactory<unknown>> = new WeakMap();
  #options: PolicyOptions;
  #compiled: CompiledPolicy;
  #ownLimiter: RateLimiter | undefined;
  #ownCoolDown: PolicyCoolDown | undefined;
  #ownBudget: RetryBudget | undefined;
  /** Kept while nothing limits calls, so that running calls are still counted when a limit is set again. */
  #queue: AdmissionQueue | undefined;
  #steady: Clock;
  readonly #claim: LimitClaim = { limiter: undefined, config: undefined };

  constructor(given: PolicyOptions, shared: SharedState) {
    const options = validateOptions(given, (read) => `create policy '${String(read?.name ?? 'policy')}'`);
    this.#options = options;
    this.name = options.name ?? 'policy';
    this.#shared = shared;
    this.origin = shared.origin;
    this.clock = options.clock ?? monotonicClock;
    this.#steady = steadyClock(this.clock);
    this.#random = options.random ?? Math.random;
    this.onSuccess = guardedEvent(this.#succeeded, this.#listens);
    this.onFailure = guardedEvent(this.#failed, this.#listens);
    this.#compiled = this.#build(undefined);
  }

  get options(): PolicyOptions {
    return this.#options;
  }

  execute<Value>(fn: Work<Value>, signalOrOptions?: AbortSignal | ExecuteOptions): Promise<Value> {
    try {
      const options = callOptions(this.#compiled, fn, signalOrOptions);
      return new Execution(this.#compiled, fn, options).execute() as Promise<Value>;
    } catch (error) {
      const reason = error as Error;
      return Promise.reject(reason);
    }
  }

  executeOutcome<Value>(
    fn: Work<Value>,
    signalOrOptions?: AbortSignal | ExecuteOptions,
  ): Promise<Outcome<Value>> {
    return new Promise((resolve) => {
      const succeed = (value: unknown): void => resolve({ ok: true, value: value as Value });
      const reject = (error: unknown): void => resolve({ ok: false, error });
      try {
        const options = callOptions(this.#compiled, fn, signalOrOptions);
        new Execution(this.#compiled, fn, options).begin(succeed, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  describe(call: ExecuteOptions = {}): PolicyDescription {
    return describePolicy(this.name, this.#options, this.#shared.rules.all, call);
  }

  snapshot(): PolicySnapshot {
    return snapshotOf(this.#compiled);
  }

  restore(snapshot: PolicySnapshot): void {
    const { circuitBreaker } = snapshot;
    if (circuitBreaker === undefined) return;
    if (!isCircuitBreakerSnapshot(circuitBreaker)) {
      throw new TypeError(
        `Cannot restore policy '${this.name}': circuitBreaker is not a value returned by snapshot()`,
      );
    }
    this.#compiled.admission.circuits?.restore(circuitBreaker, this.#steady.now());
  }

  reconfigure(given: PolicyOptions): void {
    const subject = `reconfigure policy '${this.name}'`;
    const options = validateOptions(given, subject);
    validateSame(options, { ...this.#options, name: this.name }, subject);
    this.#replace({ ...this.#options, ...options }, subject);
  }

  /** Replaces all options and resets the circuits, because the name was defined again. */
  redefine(options: PolicyOptions): void {
    const { clock, random } = this.#options;
    const subject = `define policy '${this.name}'`;
    const all = validateOptions({ clock, random, ...options, name: this.name }, subject);
    this.#random = all.random ?? Math.random;
    this.#backoffs = new WeakMap();
    if ((all.clock ?? monotonicClock) !== this.clock) this.#startOver(all);
    this.#replace(all, subject);
    this.reset();
  }

  /** State that holds times of one clock cannot be used with another. */
  #startOver({ clock = monotonicClock }: PolicyOptions): void {
    this.clock = clock;
    this.#steady = steadyClock(clock);
    this.#queue = undefined;
    this.#ownLimiter = undefined;
    this.#ownBudget = undefined;
    this.#options = { name: this.name, clock };
    this.#compiled = this.#build(undefined);
  }

  /** Recompiles after the rules of the registry changed. */
  refresh(): void {
    this.#compiled = this.#build(this.#compiled);
  }

  isolate(key?: string): void {
    const { circuits } = this.#compiled.admission;
    // Returning silently would suggest that calls are blocked.
    if (!circuits) throw new TypeError(`Cannot isolate policy '${this.name}': it has no circuitBreaker`);
    circuits.of(key).isolate();
  }

  reset(key?: string): void {
    const { circuits } = this.#compiled.admission;
    if (key !== undefined) circuits?.of(key).reset();
    else for (const [, circuit] of circuits?.entries() ?? []) circuit.reset();
  }

  #replace(options: PolicyOptions, subject: string): void {
    const previous = this.#options;
    this.#options = validateOptions(options, subject);
    try {
      this.#compiled = this.#build(this.#compiled);
    } catch (error) {
      this.#options = previous;
      throw error;
    }
    publishReconfigured(this, previous, this.#steady.now());
  }

  /** Compiles the policy for later calls; stateful parts are taken over from the previous one. */
  #build(previous: CompiledPolicy | undefined): CompiledPolicy {
    const options = this.#options;
    const { attemptTimeoutMs, deadlineMs } = options;
    const isLimited = deadlineMs !== undefined || attemptTimeoutMs !== undefined;
    const coolDown = this.#coolDown();
    const limiter = this.#limiter();
    const circuitBreaker = options.circuitBreaker || undefined;
    const retry = options.retry && this.#retry(options.retry);
    return {
      name: this.name,
      origin: this.origin,
      pipeline: this,
      clock: this.#steady,
      random: this.#random,
      isTimed: isLimited || Boolean(retry && retry.budget),
      isLimited,
      deadlineMs,
      attemptTimeoutMs,
      retry,
      breakerOn: circuitBreaker?.on,
      admission: new Admission({
        circuits: this.#circuits(previous?.admission.circuits),
        waitsForCircuit: circuitBreaker?.whenOpen === 'wait',
        queue: this.#admissionQueue(limiter, coolDown),
        limiter,
        coolDown,
      }),
      cost: (options.rateLimit || undefined)?.cost ?? 1,
      ownCoolDown: Boolean(options.coolDown),
      fallback: options.fallback,
      stale: StaleValues.of(options.staleMs, previous?.stale),
      effect: options.effect,
      resynchronizeClock: options.resynchronizeClock,
      inner: options.inner,
      rules: this.#shared.rules,
      backoffOf: (rule) => this.#backoffOf(rule?.backoff ?? backoffDefaults),
      settled: (error, failed, duration, handled) => {
        if (failed) this.#failed.emit({ duration, handled, reason: { error } });
        else this.#succeeded.emit({ duration });
      },
      listens: this.#listens,
    };
  }

  #backoffOf(options: BackoffOptions): IBackoffFactory<unknown> {
    const factory = this.#backoffs.get(options) ?? createBackoff(options, this.#random);
    this.#backoffs.set(options, factory);
    return factory;
  }

  #retry({ maxRetries, backoff, on, budget }: RetryOptions): ResolvedRetry {
    return {
      maxRetries,
      backoff: backoff && createBackoff(backoff, this.#random),
      on,
      budget: budget && this.#budget(budget),
    };
  }

  #budget(options: NonNullable<RetryOptions['budget']>): RetryBudget {
    const { scopes, sharesBudget } = this.#shared;
    if (options.scope !== undefined || sharesBudget) {
      return scopes.budget(options.scope ?? defaultScope, options, this.#steady);
    }
    const fresh = new RetryBudget(options);
    const own = this.#ownBudget;
    if (own?.ratio !== fresh.ratio || own.minPerSecond !== fresh.minPerSecond) this.#ownBudget = fresh;
    return this.#ownBudget ?? fresh;
  }

  #circuits(previous: CircuitBreaker | undefined): CircuitBreaker | undefined {
    const { circuitBreaker } = this.#options;
    if (!circuitBreaker) return undefined;
    const config = resolveCircuit(circuitBreaker);
    previous?.configure(config, this.#steady.now());
    return previous ?? new CircuitBreaker(config, this.name, this.#steady, this.origin);
  }

  #coolDown(): PolicyCoolDown | undefined {
    const { coolDown } = this.#options;
    if (coolDown === false || (coolDown === undefined && !this.#shared.rules.beginsCoolDown))
      return undefined;
    const { scope = defaultScope, within } = typeof coolDown === 'object' ? coolDown : {};
    const shared = this.#shared.scopes.coolDown(scope, this.#steady, within, this.#options.coordinator);
    if (this.#ownCoolDown?.shared !== shared) this.#ownCoolDown = new PolicyCoolDown(shared, this.name);
    return this.#ownCoolDown;
  }

  #limiter(): RateLimiter | undefined {
    const { rateLimit, coordinator } = this.#options;
    const scope = (rateLimit || undefined)?.scope;
    if (scope === undefined) this.#claim.limiter = undefined;
    if (!rateLimit) return undefined;
    const config = resolveRateLimit(rateLimit);
    if (scope !== undefined) {
      return this.#shared.scopes.limiter(scope, config, this.#steady, this.#claim, coordinator);
    }
    this.#ownLimiter?.configure(config, this.#steady.now());
    this.#ownLimiter ??= new RateLimiter(config, this.#steady, `policy:${this.name}`, coordinator);
    return this.#ownLimiter;
  }

  #admissionQueue(
    limiter: RateLimiter | undefined,
    coolDown: PolicyCoolDown | undefined,
  ): AdmissionQueue | undefined {
    const bulkhead = this.#options.bulkhead || undefined;
    if (this.#queue) this.#queue.configure(bulkhead, limiter, coolDown, this.#steady.now());
    else if (bulkhead || limiter) {
      this.#queue = new AdmissionQueue(this.#steady, bulkhead, limiter, coolDown);
    }
    return this.#queue;
  }
}
