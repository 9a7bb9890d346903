/** What is known of an id: a call with it is under way, or one ended and nobody knows what became of it. */
export type IdState = 'under-way' | 'unknown';

/** Ids whose outcome nobody learned are remembered up to this number, the oldest forgotten first. */
const capacity = 10_000;

const byOwner: WeakMap<object, Map<string, IdState>> = new WeakMap();

/** The client order ids of one owner, a service or a client, of which it is not known what became of them. */
export function idsInDoubt(owner: object): Map<string, IdState> {
  const ids = byOwner.get(owner) ?? new Map<string, IdState>();
  byOwner.set(owner, ids);
  return ids;
}

/** Remembers an id as unknown. */
export function keepUnknown(ids: Map<string, IdState>, id: string): void {
  ids.set(id, 'unknown');
  if (ids.size <= capacity) return;
  for (const [oldest, state] of ids) {
    if (state !== 'unknown') continue;
    ids.delete(oldest);
    return;
  }
}
