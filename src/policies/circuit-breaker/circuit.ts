import { ConsecutiveBreaker } from 'cockatiel';
import type { CircuitBreakerOptions } from '../options/policy-options.js';
import { CountWindow, type SlidingWindow, TimeWindow } from './sliding-window.js';

/** `'closed'`: calls pass; `'open'`: calls are refused; `'half-open'`: trials pass; `'isolated'`: refused by hand. */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** The permit of one attempt, with the epoch of the circuit to which its result belongs. */
export interface CircuitPermit {
  readonly epoch: number;
}

/** A circuit as plain data, to inspect or to pass to another process. */
export interface CircuitSnapshot {
  readonly state: CircuitState;
  /** Time to the next trial in milliseconds, if the circuit is open. */
  readonly halfOpenAfterMs?: number;
  /** How often it opened without closing in between. */
  readonly openings: number;
  readonly calls: number;
  readonly failures: number;
  readonly slowCalls: number;
}

/** A change of state, as reported to observers. */
export interface CircuitTransition {
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly halfOpenAfterMs: number;
  readonly error: unknown;
}

/** The options with their defaults filled in. */
export interface CircuitConfig {
  readonly consecutiveFailures: number | undefined;
  readonly failureRate: number;
  readonly windowMs: number;
  readonly windowCalls: number | undefined;
  readonly minimumCalls: number;
  readonly slowCallMs: number | undefined;
  readonly slowCallRate: number;
  readonly halfOpenAfterMs: number;
  readonly maxHalfOpenAfterMs: number;
  readonly halfOpenTrials: number;
  readonly halfOpenFailureRate: number;
  readonly maxKeys: number;
}

/** Fills in the defaults of a circuit breaker. */
export function resolveCircuit(options: CircuitBreakerOptions): CircuitConfig {
  const halfOpenAfterMs = options.halfOpenAfterMs ?? Math.min(5_000, options.maxHalfOpenAfterMs ?? 5_000);
  return {
    consecutiveFailures: options.consecutiveFailures,
    failureRate: options.failureRate ?? 0.5,
    windowMs: options.windowMs ?? 10_000,
    windowCalls: options.windowCalls,
    minimumCalls: options.minimumCalls ?? Math.min(10, options.windowCalls ?? 10),
    slowCallMs: options.slowCallMs,
    slowCallRate: options.slowCallRate ?? 1,
    halfOpenAfterMs,
    maxHalfOpenAfterMs: options.maxHalfOpenAfterMs ?? halfOpenAfterMs,
    halfOpenTrials: options.halfOpenTrials ?? 1,
    halfOpenFailureRate: options.halfOpenFailureRate ?? 0,
    maxKeys: options.maxKeys ?? 1_000,
  };
}

/**
 * One circuit. Every change of state starts a new epoch; a result of an earlier epoch has no effect. It sets no
 * timer: an open circuit becomes half-open when a call arrives after its time.
 */
export class Circuit {
  #config: CircuitConfig;
  #window: SlidingWindow;
  #consecutive: ConsecutiveBreaker | undefined;
  readonly #onTransition: (transition: CircuitTransition) => void;
  #state: CircuitState = 'closed';
  #permit: CircuitPermit = { epoch: 0 };
  #isTimed: boolean;
  /** Calls without a start time started before this time. */
  #configuredAt = -Infinity;
  #openUntil = 0;
  #openings = 0;
  // Trials in progress, each with the time at which its place becomes free.
  readonly #trials: Map<CircuitPermit, number> = new Map();
  #trialsPassed = 0;
  #trialsFailed = 0;

  constructor(config: CircuitConfig, onTransition: (transition: CircuitTransition) => void) {
    this.#config = config;
    this.#isTimed = countsTime(config);
    this.#onTransition = onTransition;
    this.#window = createWindow(config);
    this.#consecutive = createConsecutive(config);
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Whether the start, the end or the duration of a call matters. */
  get needsTime(): boolean {
    return this.#state !== 'closed' || this.#isTimed;
  }

  /** Applies new options; the state is kept, and the window too if its shape is the same. */
  configure(config: CircuitConfig, now: number): void {
    const previous = this.#config;
    this.#config = config;
    this.#isTimed = countsTime(config);
    this.#configuredAt = now;
    if (previous.windowMs !== config.windowMs || previous.windowCalls !== config.windowCalls) {
      this.#window = createWindow(config);
    }
    if (previous.consecutiveFailures !== config.consecutiveFailures) {
      this.#consecutive = createConsecutive(config);
    }
    // With fewer trials required, the results so far may already decide.
    if (this.#state === 'half-open' && this.#trialsPassed + this.#trialsFailed > 0)
      this.#judgeTrials(now, undefined);
  }

  /** How long calls will still be refused: 0 if one may pass, `Infinity` for an isolated circuit. */
  refusedForMs(now: number): number {
    switch (this.#state) {
      case 'closed':
        return 0;
      case 'isolated':
        return Infinity;
      case 'open':
        return Math.max(0, this.#openUntil - now);
      case 'half-open':
        return this.#hasTrialLeft(now) ? 0 : this.#nextTrialInMs(now);
    }
  }

  /** Admits an attempt and returns its permit, or `undefined` if it is refused. */
  acquire(now: number): CircuitPermit | undefined {
    if (this.#state === 'closed') return this.#permit;
    if (this.refusedForMs(now) > 0) return undefined;
    if (this.#state === 'open') this.#change('half-open');
    // A separate permit per trial, so that each frees its own place.
    const permit = { epoch: this.#permit.epoch };
    this.#trials.set(permit, now + this.#config.halfOpenAfterMs);
    return permit;
  }

  /** Whether a permit belongs to a trial in progress. */
  isTrial(permit: CircuitPermit): boolean {
    return this.#trials.has(permit);
  }

  /** The attempt succeeded. */
  success(permit: CircuitPermit, startedAt: number | undefined, now: number): void {
    if (permit.epoch !== this.#permit.epoch) return;
    const slow = this.#isSlow(startedAt, now);
    if (this.#state === 'half-open') this.#settleTrial(permit, slow, now, undefined);
    else this.#record(now, false, slow, undefined);
  }

  /** The attempt failed in a way that counts. */
  failure(permit: CircuitPermit, startedAt: number | undefined, now: number, error: unknown): void {
    if (permit.epoch !== this.#permit.epoch) return;
    if (this.#state === 'half-open') this.#settleTrial(permit, true, now, error);
    else this.#record(now, true, this.#isSlow(startedAt, now), error);
  }

  /** Records that the attempt ended in a way that says nothing about the exchange. */
  release(permit: CircuitPermit): void {
    this.#trials.delete(permit);
  }

  /** Refuses every call until {@link Circuit.reset}. */
  isolate(): void {
    if (this.#state !== 'isolated') this.#change('isolated');
  }

  /** Closes the circuit and clears its history. */
  reset(): void {
    this.#openings = 0;
    if (this.#state === 'closed') this.#forget();
    else this.#change('closed');
  }

  snapshot(now: number): CircuitSnapshot {
    this.#window.moveTo(now);
    const { calls, failures, slow } = this.#window.totals;
    return {
      state: this.#state,
      ...(this.#state === 'open' ? { halfOpenAfterMs: Math.max(0, this.#openUntil - now) } : {}),
      openings: this.#openings,
      calls,
      failures: this.#consecutive?.state ?? failures,
      slowCalls: slow,
    };
  }

  /** Restores a state; {@link Circuit.reset} also releases a restored isolated circuit. */
  restore(snapshot: CircuitSnapshot, now: number): void {
    this.#openings = snapshot.openings;
    // Trials of a half-open circuit belong to the process that took the snapshot, so they start again.
    const state = snapshot.state === 'half-open' ? 'open' : snapshot.state;
    this.#openUntil = now + (snapshot.halfOpenAfterMs ?? 0);
    if (state !== this.#state) this.#change(state);
    const { calls, failures, slowCalls: slow } = snapshot;
    this.#window.restore(now, { calls, failures, slow });
    if (this.#consecutive) this.#consecutive.state = failures;
  }

  #record(now: number, failed: boolean, slow: boolean, error: unknown): void {
    if (this.#consecutive) {
      if (!failed) this.#consecutive.success();
      else if (this.#consecutive.failure()) this.#open(now, error);
      return;
    }
    this.#window.record(now, failed, slow);
    if (!failed && !slow) return;
    const { calls, failures, slow: slowCalls } = this.#window.totals;
    const { minimumCalls, failureRate, slowCallRate, slowCallMs } = this.#config;
    if (calls < minimumCalls) return;
    const tooSlow = slowCallMs !== undefined && slowCalls / calls >= slowCallRate;
    if (failures / calls >= failureRate || tooSlow) this.#open(now, error);
  }

  #settleTrial(permit: CircuitPermit, failed: boolean, now: number, error: unknown): void {
    this.#trials.delete(permit);
    if (failed) this.#trialsFailed += 1;
    else this.#trialsPassed += 1;
    this.#judgeTrials(now, error);
  }

  #judgeTrials(now: number, error: unknown): void {
    const { halfOpenTrials, halfOpenFailureRate } = this.#config;
    const mayFail = Math.floor(halfOpenTrials * halfOpenFailureRate + 1e-9);
    if (this.#trialsFailed > mayFail) this.#open(now, error);
    else if (this.#trialsPassed + this.#trialsFailed >= halfOpenTrials) this.#close();
  }

  #close(): void {
    this.#openings = 0;
    this.#change('closed');
  }

  #open(now: number, error: unknown): void {
    const { halfOpenAfterMs, maxHalfOpenAfterMs } = this.#config;
    const openForMs = Math.min(maxHalfOpenAfterMs, halfOpenAfterMs * 2 ** Math.min(this.#openings, 40));
    this.#openUntil = now + openForMs;
    this.#openings += 1;
    this.#change('open', openForMs, error);
  }

  #change(to: CircuitState, halfOpenAfterMs = 0, error?: unknown): void {
    const from = this.#state;
    this.#state = to;
    this.#permit = { epoch: this.#permit.epoch + 1 };
    this.#forget();
    this.#onTransition({ from, to, halfOpenAfterMs, error });
  }

  #forget(): void {
    this.#trials.clear();
    this.#trialsPassed = 0;
    this.#trialsFailed = 0;
    this.#window.clear();
    this.#consecutive?.success();
  }

  #isSlow(startedAt: number | undefined, now: number): boolean {
    const { slowCallMs } = this.#config;
    return slowCallMs !== undefined && now - (startedAt ?? this.#configuredAt) >= slowCallMs;
  }

  #hasTrialLeft(now: number): boolean {
    for (const [permit, freeAt] of this.#trials) if (freeAt <= now) this.#trials.delete(permit);
    return this.#trials.size + this.#trialsPassed + this.#trialsFailed < this.#config.halfOpenTrials;
  }

  #nextTrialInMs(now: number): number {
    return Math.max(1, Math.min(...this.#trials.values()) - now);
  }
}

function countsTime({ consecutiveFailures, slowCallMs, windowCalls }: CircuitConfig): boolean {
  return slowCallMs !== undefined || (consecutiveFailures === undefined && windowCalls === undefined);
}

function createWindow({ windowCalls, windowMs }: CircuitConfig): SlidingWindow {
  return windowCalls === undefined ? new TimeWindow(windowMs) : new CountWindow(windowCalls);
}

function createConsecutive({ consecutiveFailures }: CircuitConfig): ConsecutiveBreaker | undefined {
  return consecutiveFailures === undefined ? undefined : new ConsecutiveBreaker(consecutiveFailures);
}
