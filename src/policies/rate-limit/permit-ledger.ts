/** The permits settled at one time. */
export interface Entry {
  at: number;
  ordinary: number;
  critical: number;
}

/** How many expired entries are kept; beyond that, neighbours are merged into one, with the later time. */
const mostPast = 512;
/** Permits settled within this share of a window form one entry, so a day has no more entries than a minute. */
const grain = 1 / 65_536;

/**
 * What was taken from a rate limit: a permit is in use from when it is taken until one window after the answer.
 * Expired entries are kept, in ever coarser steps, because in a longer window they count again.
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

  /** When permits were last settled. */
  get settledAt(): number {
    return this.#settledAt;
  }

  /** Returns what was used since a time; what is not answered yet counts as used since then. */
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

  /** Starts the window of what was taken. */
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

  /** Undoes a settlement: the permits are in use again, as if they had been taken now. */
  unsettle(entry: Entry, cost: number, critical: boolean, now: number, windowMs: number): void {
    this.expire(now, windowMs);
    if (entry.at + windowMs <= now) this.take(cost, critical);
    else entry[critical ? 'critical' : 'ordinary'] -= cost;
  }

  /** Returns when the next permits become free; `undefined` if none are settled. */
  freeAt(windowMs: number): number | undefined {
    const first = this.#settled[this.#from];
    return first && first.at + windowMs;
  }

  /** Whether a cost fits below a limit, beside what is kept for critical calls and for others. */
  hasRoom(cost: number, critical: boolean, limit: number, reserved: number, keptForOthers: number): boolean {
    const { ordinary, critical: urgent } = this.#used;
    if (ordinary + urgent + cost > limit) return false;
    // A cost that never fits beside the reserve may go if nothing else is in use.
    if (critical || ordinary === 0) return true;
    return ordinary + Math.max(urgent, reserved) + cost <= limit - keptForOthers;
  }

  /** Returns a copy for a window of another length. */
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

  /** Frees the permits that are older than the window. */
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

  /** Counts exactly what lies within a window of this length. */
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

/** Merges every second entry into the next one; returns whether the entry stays. */
function mergesIntoNext(entry: Entry, index: number, entries: readonly Entry[]): boolean {
  const next = entries[index + 1];
  if (index % 2 === 1 || !next) return true;
  next.ordinary += entry.ordinary;
  next.critical += entry.critical;
  return false;
}
