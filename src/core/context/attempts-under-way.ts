import type { CallContext } from './call-context.js';
import { type ProcessWide, processWide } from '../process-wide.js';
import type { SentRequest } from './sent-request.js';

/** What is known about the calls of one guarded method with one client order id. */
export interface CallsOfId {
  readonly id: string;
  /** The places to which orders of the method have been sent. */
  readonly places: ReadonlySet<string | undefined>;
  /** The number of calls in progress. */
  calls: number;
  /** Their attempts whose work is still running, even if the callers were released. */
  readonly attempts: Set<CallContext>;
  /** How many attempts failed before their order was seen: a queue may still hold it. */
  unsent: number;
  /** An order seen after the call was over and before any place was known; it may belong to one of these attempts. */
  passed?: SentRequest;
}

/** How many ids of finished calls are kept; the oldest are dropped first. */
const capacity = 2_000;

const known: ProcessWide<Map<string, CallsOfId[]>> = processWide(
  'known-ids',
  () => new Map<string, CallsOfId[]>(),
);

/** Registers a call of the guarded method whose orders go to these places. */
export function enterCall(id: string, places: ReadonlySet<string | undefined>): CallsOfId {
  const ids = known.get();
  const entries = ids.get(id) ?? [];
  const entry = entries.find((one) => one.places === places) ?? {
    id,
    places,
    calls: 0,
    attempts: new Set(),
    unsent: 0,
  };
  entry.calls += 1;
  if (!entries.includes(entry)) entries.push(entry);
  ids.set(id, entries);
  return entry;
}

/** Unregisters a guarded call that is over. */
export function leaveCall(entry: CallsOfId): void {
  const ids = known.get();
  entry.calls -= 1;
  forgetIfIdle(entry);
  if (ids.size <= capacity) return;
  for (const [oldest, entries] of ids) {
    if (entries.some(({ calls }) => calls > 0)) continue;
    ids.delete(oldest);
    return;
  }
}

/** Registers an attempt. */
export function enterAttempt({ attempts }: CallsOfId, context: CallContext): void {
  attempts.add(whole(context));
}

/** Unregisters an attempt whose work is over; `isUnsent`: whether it failed before its order was seen. */
export function leaveAttempt(entry: CallsOfId, context: CallContext, isUnsent: boolean): void {
  entry.attempts.delete(whole(context));
  if (isUnsent) entry.unsent += 1;
  forgetIfIdle(entry);
}

function forgetIfIdle(entry: CallsOfId): void {
  const { attempts, calls, id, unsent } = entry;
  if (calls > 0 || attempts.size > 0 || unsent > 0) return;
  const left =
    known
      .get()
      .get(id)
      ?.filter((one) => one !== entry) ?? [];
  if (left.length === 0) known.get().delete(id);
  else known.get().set(id, left);
}

/** How a request relates to the attempts in progress. */
export interface RequestOwners {
  /** The attempts that it is part of. */
  readonly owners: readonly CallContext[];
  /** Whether it is the order of an attempt that was given up or has failed. */
  readonly isLate: boolean;
}

/**
 * Finds the attempts that an order belongs to by the ids that it carries. A queue, a pool or a batch may send it
 * far from the method that ordered it, in the async context of whichever call came first.
 */
export function ownersOf(request: SentRequest, around: readonly (CallContext | undefined)[]): RequestOwners {
  const given = around.filter((context) => context !== undefined);
  const ids = known.peek();
  if (!ids || ids.size === 0 || request.isAside || isPlain(request, given, ids))
    return { owners: given, isLate: false };
  const found: CallContext[] = [];
  let isLate = false;
  for (const id of request.ids) {
    // A method whose orders go elsewhere only happens to use the same id.
    const entries = (isTelling(id, request) ? (ids.get(id) ?? []) : []).filter(
      ({ places }) => places.size === 0 || places.has(request.place),
    );
    const live = entries.flatMap(({ attempts }) => [...attempts].filter(({ isGivenUp }) => !isGivenUp));
    const over = given.flatMap((context) => overAttempts(request, context));
    // An attempt of another call with this id, perhaps for another account, does not explain a late order of this
    // one.
    const mine = innermost(
      live.filter((one) => maySendTo(one, request) && over.every(({ guard }) => guard === one.guard)),
    );
    // If there are two, only the surrounding context shows which of them the request belongs to.
    if (mine.length === 1 && !given.some((context) => isAround(mine[0], context))) found.push(...mine);
    if (live.length === 0 && request.placesOrder)
      for (const entry of entries) isLate = isLateFor(entry, request) || isLate;
  }
  const own = [...given.filter((context) => isOrderOf(request, context)), ...found];
  return { owners: own.length > 0 ? own : given, isLate };
}

/** The usual case: one order, sent in the context of its only attempt. */
function isPlain(
  request: SentRequest,
  [context, ...others]: readonly CallContext[],
  ids: ReadonlyMap<string, readonly CallsOfId[]>,
): boolean {
  const [id, ...otherIds] = request.ids;
  if (!context || id === undefined || others.length + otherIds.length > 0) return false;
  const [entry, ...otherEntries] = ids.get(id) ?? [];
  if (!entry || otherEntries.length > 0 || entry.attempts.size !== 1) return false;
  return context.clientOrderId === id && !context.isGivenUp && entry.attempts.has(whole(context));
}

/** Whether an order with the id of an entry comes from a failed attempt, since none is in progress. */
function isLateFor(entry: CallsOfId, request: SentRequest): boolean {
  if (entry.calls > 0) return true;
  // Each of the remaining attempts may be late once.
  const [oldest] = entry.attempts;
  if (oldest) entry.attempts.delete(oldest);
  else entry.unsent -= 1;
  forgetIfIdle(entry);
  if (entry.places.size > 0) return true;
  // The first one may also be an independent order unrelated to the method; a second one is one too many.
  if (entry.passed && entry.passed.outcome !== 'refused') return true;
  entry.passed = request;
  return false;
}

/** In a body without an id field any word may be an id; a short word is more likely a quantity. */
function isTelling(id: string, request: SentRequest): boolean {
  return !request.isNameless || id.length >= 8;
}

/** The finished attempts around a request that is their order. */
function overAttempts(request: SentRequest, context: CallContext): CallContext[] {
  const over: CallContext[] = [];
  for (let link: CallContext | undefined = context; link; link = link.outer) {
    const { clientOrderId: id, isClosed, isGivenUp } = link;
    if (id !== undefined && (isClosed || isGivenUp) && request.carriesId(id)) over.push(link);
  }
  return over;
}

/** Whether an attempt may have sent a request: not if it sent orders to another exchange or for another account. */
function maySendTo({ sent = [] }: CallContext, { place }: SentRequest): boolean {
  return !sent.some((order) => order.placesOrder && order.place !== place);
}

/**
 * Whether a request carries the id of an attempt or of one around it: other requests in its async context are not
 * its own.
 */
function isOrderOf(request: SentRequest, context: CallContext): boolean {
  for (let link: CallContext | undefined = context; link; link = link.outer) {
    const { clientOrderId: id, isGivenUp } = link;
    if (id !== undefined && !isGivenUp && request.carriesId(id) && maySendTo(link, request)) return true;
  }
  return false;
}

/** Leaves out attempts in which another of them was started. */
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
