/** What was used at a time. */
export interface Entry {
  at: number;
  ordinary: number;
  critical: number;
}

/** So much of what no longer counts is remembered; beyond it two neighbours become one, with the later time. */
const mostPast = 512;
/** What is settled within this part of a window is one entry, so that a day holds no more of them than a minute. */
const grain = 1 / 65_536;

/**
 * What was taken from a rate limit: a permit is used from when it is taken until one window after its answer. What no
 * longer counts is remembered, in ever coarser steps, because in a longer window it counts again.
 */
export class PermitLedger {
  readonly #used = { ordinary: 0, critical: 0 };
  #settled: Entry[] = [];
  #from = 0;
  #past: Entry[] = [];
  #settledAt = -Infinity;

  get ordinary(): number {
    return this.#used.ordinary;
  }

  get critical(): number {
    return this.#used.critical;
  }

  get all(): number {
    return this.#used.ordinary + this.#used.critical;
  }

  /** When something was settled last. */
  get settledAt(): number {
    return this.#settledAt;
  }

  /** What is used of what was taken since a time, as far as the answers tell. */
  since(time: number): number {
    let used = this.all;
    for (let index = this.#from; index < this.#settled.length; index += 1) {
      const entry = this.#settled[index];
      if (!entry || entry.at >= time) break;
      used -= entry.ordinary + entry.critical;
    }
    return used;
  }

  take(cost: number, critical: boolean): void {
    this.#used[critical ? 'critical' : 'ordinary'] += cost;
  }

  /** From now on the window of what was taken runs. */
  settle(cost: number, critical: boolean, now: number, windowMs: number): Entry | undefined {
    this.#settledAt = now;
    if (cost <= 0) return undefined;
    let entry = this.#from < this.#settled.length ? this.#settled.at(-1) : undefined;
    if (!entry || Math.floor(entry.at / (grain * windowMs)) < Math.floor(now / (grain * windowMs))) {
      entry = { at: now, ordinary: 0, critical: 0 };
      this.#settled.push(entry);
    }
    entry.at = now;
    entry[critical ? 'critical' : 'ordinary'] += cost;
    return entry;
  }

  /** What was settled is used after all, as if it had been taken now. */
  unsettle(entry: Entry, cost: number, critical: boolean, now: number, windowMs: number): void {
    this.expire(now, windowMs);
    if (entry.at + windowMs <= now) this.take(cost, critical);
    else entry[critical ? 'critical' : 'ordinary'] -= cost;
  }

  /** When the first of what is used comes back; `undefined` where no window runs. */
  freeAt(windowMs: number): number | undefined {
    const first = this.#settled[this.#from];
    return first && first.at + windowMs;
  }

  /** Whether so much fits below a limit, beside what is kept for critical calls and for others. */
  hasRoom(cost: number, critical: boolean, limit: number, reserved: number, keptForOthers: number): boolean {
    const { ordinary, critical: urgent } = this.#used;
    if (ordinary + urgent + cost > limit) return false;
    // A cost that never fits beside the reserve may go when nothing else is under way.
    if (critical || ordinary === 0) return true;
    return ordinary + Math.max(urgent, reserved) + cost <= limit - keptForOthers;
  }

  /** The same for a window of another length. */
  continued(now: number, windowMs: number): PermitLedger {
    const ledger = new PermitLedger();
    ledger.#used.ordinary = this.#used.ordinary;
    ledger.#used.critical = this.#used.critical;
    ledger.#settled = this.#settled.slice(this.#from).map((entry) => ({ ...entry }));
    ledger.#settledAt = this.#settledAt;
    ledger.#past = this.#past.map((entry) => ({ ...entry }));
    ledger.#resize(now, windowMs);
    return ledger;
  }

  /** Gives back what is older than the window. */
  expire(now: number, windowMs: number): void {
    let first = this.#settled[this.#from];
    while (first && first.at + windowMs <= now) {
      this.#count(first, -1);
      this.#past.push(first);
      this.#from += 1;
      first = this.#settled[this.#from];
    }
    if (this.#past.length > mostPast) this.#past = this.#past.filter(mergesIntoNext);
    if (this.#from === 0 || (this.#from < this.#settled.length && this.#from * 2 <= this.#settled.length))
      return;
    this.#settled = this.#settled.slice(this.#from);
    this.#from = 0;
  }

  /** What lies within the window counts, and nothing else. */
  #resize(now: number, windowMs: number): void {
    const again: Entry[] = [];
    for (let last = this.#past.at(-1); last && last.at + windowMs > now; last = this.#past.at(-1)) {
      this.#past.pop();
      this.#count(last, 1);
      again.unshift(last);
    }
    this.#settled = [...again, ...this.#settled.slice(this.#from)];
    this.#from = 0;
    this.expire(now, windowMs);
  }

  #count({ ordinary, critical }: Entry, sign: 1 | -1): void {
    this.#used.ordinary += sign * ordinary;
    this.#used.critical += sign * critical;
  }
}

/** Adds every second entry to the one after it; whether it stays. */
function mergesIntoNext(entry: Entry, index: number, entries: readonly Entry[]): boolean {
  const next = entries[index + 1];
  if (index % 2 === 1 || !next) return true;
  next.ordinary += entry.ordinary;
  next.critical += entry.critical;
  return false;
}
