import { performance } from 'node:perf_hooks';
import { type ProcessWide, processWide } from '../core/process-wide.js';

/** What is known about an id: a call with it is in progress, or a call ended with an unknown outcome. */
export type IdState = 'under-way' | 'unknown';

/** How many ids with an unknown outcome are remembered per account; the oldest are forgotten first. */
const capacity = 10_000;

/** The ids of one account whose outcome this process does not know. */
export class IdsInDoubt {
  readonly #states: Map<string, IdState> = new Map();
  /** The time since which nothing was sent with an unknown id, on the monotonic clock. */
  readonly #since: Map<string, number> = new Map();
  /**
   * Ids that another call has requested in the meantime: its caller repeats the call, and may not know the result of
   * the first.
   */
  readonly #contested: Set<string> = new Set();

  /** Claims an id, and returns what is known about it; an id that is `'under-way'` stays with its call. */
  take(id: string): IdState | undefined {
    const before = this.#states.get(id);
    if (before === 'under-way') this.#contested.add(id);
    this.#states.set(id, 'under-way');
    return before;
  }

  /** Whether a call with an id is in progress. */
  isUnderWay(id: string): boolean {
    return this.#states.get(id) === 'under-way';
  }

  /** For how long nothing has been sent with an id that an earlier call left unknown, in milliseconds. */
  unknownForMs(id: string): number {
    return performance.now() - (this.#since.get(id) ?? Infinity);
  }

  /** Frees an id, or remembers it as unknown; `hasSent` says whether the call itself sent anything. */
  release(id: string, isUnknown: boolean, hasSent = true): void {
    this.#states.delete(id);
    if (!this.#contested.delete(id) && !isUnknown) {
      this.#since.delete(id);
      return;
    }
    this.#states.set(id, 'unknown');
    if (hasSent || !this.#since.has(id)) this.#since.set(id, performance.now());
    if (this.#states.size <= capacity) return;
    for (const [oldest, state] of this.#states) {
      if (state !== 'unknown') continue;
      this.#states.delete(oldest);
      this.#since.delete(oldest);
      return;
    }
  }
}

const byName: ProcessWide<Map<string, IdsInDoubt>> = processWide(
  'ids-in-doubt',
  () => new Map<string, IdsInDoubt>(),
);
const byMethod: WeakMap<object, IdsInDoubt> = new WeakMap();

/** The ids in doubt of an account, by its name or, if it has none, by the method that places its orders. */
export function idsInDoubt(account: string | object): IdsInDoubt {
  const known = typeof account === 'string' ? byName.get().get(account) : byMethod.get(account);
  if (known) return known;
  const ids = new IdsInDoubt();
  if (typeof account === 'string') byName.get().set(account, ids);
  else byMethod.set(account, ids);
  return ids;
}
