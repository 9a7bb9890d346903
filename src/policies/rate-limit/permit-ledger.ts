/** What was used at a time. */
export interface Entry {
  readonly at: number;
  ordinary: number;
  critical: number;
}

/** So much of what no longer counts is remembered; beyond it two neighbours become one, with the later time. */
const mostPast = 512;

/**
 * What was taken from a rate limit: a permit is used from when it is taken until one window after its answer. What no
 * longer counts is remembered, in ever coarser steps, because in a longer window it counts again.
 */
export class PermitLedger {
  readonly #used = { ordinary: 0, critical: 0 };
  #settled: Entry[] = [];
  #from = 0;
  #past: Entry[] = [];

  get ordinary(): number {
    return this.#used.ordinary;
  }

  get critical(): number {
    return this.#used.critical;
  }

  get all(): number {
    return this.#used.ordinary + this.#used.critical;
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
  settle(cost: number, critical: boolean, now: number): Entry | undefined {
    if (cost <= 0) return undefined;
    const entry = { at: now, ordinary: critical ? 0 : cost, critical: critical ? cost : 0 };
    this.#settled.push(entry);
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

  /** The window has another length: what lies within it counts, and nothing else. */
  resize(now: number, windowMs: number): void {
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
