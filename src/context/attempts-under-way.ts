import type { CallContext } from './call-context.js';
import { type ProcessWide, processWide } from './process-wide.js';
import type { SentRequest } from './sent-request.js';

/** The guarded attempts whose work goes on, also where their callers were released, by their client order ids. */
const underWay: ProcessWide<Map<string, Set<CallContext>>> = processWide(
  'attempts',
  () => new Map<string, Set<CallContext>>(),
);

/** Remembers an attempt by its client order id until its work is over. */
export function enterAttempt(id: string, context: CallContext): void {
  const attempts = underWay.get().get(id) ?? new Set();
  underWay.get().set(id, attempts.add(whole(context)));
}

/** The work of an attempt is over. */
export function leaveAttempt(id: string, context: CallContext): void {
  const attempts = underWay.peek()?.get(id);
  attempts?.delete(whole(context));
  if (attempts?.size === 0) underWay.peek()?.delete(id);
}

/** What a request has to do with the attempts that are under way. */
export interface RequestOwners {
  /** The attempts that it is a part of. */
  readonly owners: readonly CallContext[];
  /** Whether it is the order of an attempt that was given up. */
  readonly isLate: boolean;
}

/**
 * Finds the attempts that an order belongs to by the ids that it carries: a queue, a pool or a batch may send it far
 * from the method that ordered it, in the async context of whichever call came first.
 */
export function ownersOf(request: SentRequest, around: readonly (CallContext | undefined)[]): RequestOwners {
  const given = around.filter((context) => context !== undefined);
  const attempts = underWay.peek();
  if (!request.placesOrder || !attempts || attempts.size === 0) return { owners: given, isLate: false };
  const owners: CallContext[] = [];
  let isLate = false;
  for (const id of request.ids) {
    const known = attempts.get(id);
    if (!known) continue;
    const live = innermost([...known].filter(({ isGivenUp }) => !isGivenUp));
    isLate ||= live.length === 0;
    // With two of them only what is around the request tells whose it is.
    if (live.length === 1 && !given.some((context) => isAround(live[0], context))) owners.push(...live);
  }
  const own = [...given.filter((context) => isOrderOf(request, context)), ...owners];
  return { owners: own.length > 0 ? own : given, isLate };
}

/** Whether it carries the id of an attempt or of one around it: what else is sent in its async context is not its own. */
function isOrderOf(request: SentRequest, context: CallContext): boolean {
  for (let link: CallContext | undefined = context; link; link = link.outer) {
    if (link.clientOrderId !== undefined && !link.isGivenUp && request.carriesId(link.clientOrderId))
      return true;
  }
  return false;
}

/** Without those that another one of them was started in. */
function innermost(attempts: readonly CallContext[]): readonly CallContext[] {
  if (attempts.length < 2) return attempts;
  return attempts.filter((outer) => !attempts.some((inner) => inner !== outer && isAround(outer, inner)));
}

function isAround(outer: CallContext | undefined, inner: CallContext): boolean {
  for (let link: CallContext | undefined = inner; link; link = link.outer) {
    if (whole(link) === outer) return true;
  }
  return false;
}

function whole(context: CallContext): CallContext {
  return context.self ?? context;
}
