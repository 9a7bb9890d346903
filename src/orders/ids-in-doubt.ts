/** What is known of an id: a call with it is under way, or one ended and nobody knows what became of it. */
export type IdState = 'under-way' | 'unknown';

/** The ids of one account of which this process does not know what became of them. */
export type IdsInDoubt = Map<string, IdState>;

/** Ids whose outcome nobody learned are remembered up to this number for each account, the oldest forgotten first. */
const capacity = 10_000;

const byName: Map<string, IdsInDoubt> = new Map();
const byMethod: WeakMap<object, IdsInDoubt> = new WeakMap();

/** The ids in doubt of an account, by its name or, where it has none, by the method that places its orders. */
export function idsInDoubt(account: string | object): IdsInDoubt {
  const known = typeof account === 'string' ? byName.get(account) : byMethod.get(account);
  if (known) return known;
  const ids: IdsInDoubt = new Map();
  if (typeof account === 'string') byName.set(account, ids);
  else byMethod.set(account, ids);
  return ids;
}

/** Remembers an id as unknown. */
export function keepUnknown(ids: IdsInDoubt, id: string): void {
  ids.set(id, 'unknown');
  if (ids.size <= capacity) return;
  for (const [oldest, state] of ids) {
    if (state !== 'unknown') continue;
    ids.delete(oldest);
    return;
  }
}
