import { CoolDown } from './cool-down.js';
import type { CoolDownCause, CoolDownPermit, CoolDownWaiter } from './cool-down-types.js';
import type { AddressedRefusal } from './rate-limit-answer.js';

/** For how long after its end a limit of the policy alone is remembered. */
const rememberedMs = 60_000;

/**
 * The cool-down of one policy: the one that its scope shares, until refusals prove to concern this policy alone. Then
 * it has one of its own, which is within the shared one, so that calls need not pass both.
 */
export class PolicyCoolDown {
  readonly shared: CoolDown;
  readonly #policy: string;
  /** Created for the first such refusal, and in force while it is not idle. */
  #own: CoolDown | undefined;
  /** Until when refusals are taken to concern the policy alone: those that tell a time, or the others. */
  #alone: { readonly isTold: boolean; readonly until: number } | undefined;

  constructor(shared: CoolDown, policy: string) {
    this.shared = shared;
    this.#policy = policy;
  }

  get #current(): CoolDown {
    const own = this.#own;
    return own === undefined || own.isIdle ? this.shared : own;
  }

  get isIdle(): boolean {
    return this.#current.isIdle;
  }

  /** The rate-limit answer that last activated it. */
  get error(): unknown {
    return this.#current.record.error;
  }

  get waiting(): number {
    return this.#current.waiting;
  }

  /** The remaining time in milliseconds; 0 if a call may be tried. */
  activeForMs(now: number): number {
    return this.#current.activeForMs(now);
  }

  /** Whether refusals currently concern this policy alone. */
  isAlone(now: number): boolean {
    return this.#alone !== undefined && now < this.#alone.until;
  }

  /** Whether {@link PolicyCoolDown.answered} has to be called. */
  get isWatching(): boolean {
    const { memory, outer, refused } = this.shared;
    const isRefused = refused.isWatching || outer?.refused.isWatching === true;
    return isRefused || memory.isWatching || this.#own?.memory.isWatching === true;
  }

  /** Notes that a call was answered. */
  answered(startedAt: number, now: number): void {
    let scope: CoolDown | undefined = this.shared;
    for (; scope; scope = scope.outer) scope.refused.answered(this, startedAt, now);
    this.#own?.answered(startedAt, now);
    this.shared.answered(startedAt, now);
  }

  /** Calls of other policies were answered since its own were refused: one of its calls goes ahead of the others. */
  probeAlone(now: number): void {
    (this.#own ??= this.#newOwn()).expectProbe(now);
  }

  /** Makes calls wait, or slows them; returns whether that is taken for a ban that others have caused. */
  refuse(
    { ofAddress, refusal }: AddressedRefusal,
    permit: CoolDownPermit | undefined,
    cause: CoolDownCause,
    now: number,
  ): boolean {
    const { shared } = this;
    const isOwnProbe = refusal.isProbe && permit?.coolDown === this.#own;
    const isKnown = this.isAlone(now) && this.#alone?.isTold === refusal.isTold;
    const isAlone = !ofAddress && shared.refused.concernsOnly(this, isKnown, refusal, now);
    if (!isAlone || shared.activeForMs(now) > 0) {
      // While the scope is stopped, further requests extend that.
      this.#alone = undefined;
      const isProbe = refusal.isProbe && !isOwnProbe;
      if (isOwnProbe) permit?.coolDown.settle(permit, 'nothing', now);
      return (ofAddress ?? shared).refuse({ ...refusal, isProbe }, cause, now);
    }
    const own = (this.#own ??= this.#newOwn());
    own.refuse({ ...refusal, isProbe: isOwnProbe }, cause, now);
    const forMs = Math.max(own.activeForMs(now), refusal.forMs);
    this.#alone = { isTold: refusal.isTold, until: now + forMs + rememberedMs };
    // As the probe of the scope it has shown nothing.
    if (permit?.coolDown === shared) shared.settle(permit, 'nothing', now);
    return false;
  }

  #newOwn(): CoolDown {
    const { place } = this.shared;
    const scope = `${place.scope}/${this.#policy}`;
    return new CoolDown({ ...place, scope }, this.shared, undefined, true);
  }

  /** Returns `'idle'` if a call may go, a permit if it goes as the probe, or `undefined` if it must wait. */
  tryAcquire(now: number, priority: number): CoolDownPermit | 'idle' | undefined {
    const own = this.#own;
    const permit = own === undefined || own.isIdle ? 'idle' : own.tryAcquire(now, priority);
    return permit === 'idle' ? this.shared.tryAcquire(now, priority) : permit;
  }

  /** Whether a permit is that of the cool-down in force: a call that waited for another one has to try again. */
  isCurrent(permit: CoolDownPermit): boolean {
    return permit.coolDown === this.#current;
  }

  /** Whether a permit belongs to a probe that shows what this policy waits for. */
  isProbedBy(permit: CoolDownPermit): boolean {
    return this.#current.isProbedBy(permit);
  }

  wait(waiter: CoolDownWaiter, now: number): void {
    this.#current.wait(waiter, now);
  }

  leave(waiter: CoolDownWaiter): void {
    this.shared.leave(waiter);
    this.#own?.leave(waiter);
  }
}
