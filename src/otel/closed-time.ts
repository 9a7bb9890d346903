/** How long gates were closed in all, for each policy: times that overlap count once. */
export class ClosedTime {
  readonly #gates: Map<string, { totalMs: number; until: number }> = new Map();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  entered(policy: string, delayMs: number): void {
    const now = this.#now();
    const gate = this.#gates.get(policy) ?? { totalMs: 0, until: 0 };
    this.#gates.set(policy, gate);
    const until = Math.max(gate.until, now + delayMs);
    gate.totalMs += until - Math.max(gate.until, now);
    gate.until = until;
  }

  /** It opened, perhaps before its time. */
  left(policy: string): void {
    const gate = this.#gates.get(policy);
    const leftMs = gate ? gate.until - this.#now() : 0;
    if (!gate || leftMs <= 0) return;
    gate.totalMs -= leftMs;
    gate.until -= leftMs;
  }

  /** What has passed of it so far, in seconds. */
  *totals(): Iterable<readonly [policy: string, seconds: number]> {
    for (const [policy, { totalMs, until }] of this.#gates)
      yield [policy, (totalMs - Math.max(0, until - this.#now())) / 1_000];
  }
}
