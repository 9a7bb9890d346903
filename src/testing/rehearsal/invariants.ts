import type { RehearsedCancel } from './cancel-watch.js';
import { describeError } from './describe-error.js';
import type { SimulatedRequest } from '../simulated-request.js';
import type { JournalEntry } from './durable-journal.js';
import type { RehearsedIntent } from './intent-book.js';
import type { Happened } from './mishaps.js';
import type { RehearsedCall } from './world.js';

/** What happened in a rehearsal, for invariants to check. Times are in milliseconds since it started. */
export interface RehearsalFacts {
  readonly intents: readonly RehearsedIntent[];
  /** Every request that the exchange received. */
  readonly requests: readonly SimulatedRequest[];
  /** How many requests the program sent to it, including those that were lost on the way. */
  readonly sentRequests: number;
  /** The addresses to which the program tried to connect by other means than axios; these connections were refused. */
  readonly blocked: readonly string[];
  /** Every finished call under a policy of this library. */
  readonly calls: readonly RehearsedCall[];
  /** Every cancel, with its retries: a call under a policy, or requests of the program. */
  readonly cancels: readonly RehearsedCancel[];
  /** What was written to the journal, in order. */
  readonly journal: readonly JournalEntry[];
  /** What went wrong. */
  readonly happened: readonly Happened[];
  /** When the program was started, the first time and after each crash. */
  readonly startedAtMs: readonly number[];
  /** When the exchange opened, in milliseconds since 1970 on its own clock, the one that the times of orders use. */
  readonly openedAt: number;
  /** When the last day ended. */
  readonly lengthMs: number;
  /** When the program returned; `undefined` if it had not, ten minutes after the last day. */
  readonly returnedAtMs: number | undefined;
  /** The timers and requests still pending a minute after the program returned. */
  readonly left: { readonly timers: number; readonly requests: number };
  /** What the program rejected with, or threw outside any handler. */
  readonly errors: readonly { readonly atMs: number; readonly error: unknown }[];
  /** How long a cancel may take, in milliseconds. */
  readonly cancelWithinMs: number;
}

/** One case in which an invariant is broken. */
export interface Breach {
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** When it became wrong. Default: the end. */
  readonly atMs?: number | undefined;
  readonly clientOrderId?: string | undefined;
}

/** A condition that must hold whatever goes wrong. */
export interface RehearsalInvariant {
  readonly name: string;
  /** Returns every case in which it is broken; a string is a case with that message. */
  check(facts: RehearsalFacts): Iterable<Breach | string>;
}

/**
 * The invariants of every rehearsal. `rehearse` checks all of them; you can also call them yourself.
 *
 * An order that a proxy sent twice and the exchange accepted twice is not a breach: only the exchange can prevent it.
 */
export const rehearsalInvariants: readonly RehearsalInvariant[] = [
  { name: 'no intent is placed twice', check: placedTwice },
  { name: 'no report contradicts the exchange', check: contradicts },
  { name: 'the journal agrees', check: journalDisagrees },
  { name: 'nothing is left open', check: leftOpen },
  { name: 'limits are respected', check: passesLimits },
  { name: 'cancels answer in time', check: slowCancels },
  { name: 'the exchange is reached', check: reachesNothing },
];

function* placedTwice({ intents, openedAt }: RehearsalFacts): Iterable<Breach> {
  const names = new Map(intents.map(({ clientOrderId, name }) => [clientOrderId, name]));
  for (const { clientOrderId, copies, name, orders, repeats } of intents) {
    const extra = orders[1 + copies];
    if (extra) {
      const message = `${name} was placed ${orders.length} times`;
      yield { message, atMs: extra.time - openedAt, clientOrderId };
    }
    if (repeats === undefined) continue;
    const message = `${name} repeats ${names.get(repeats)}, whose answer the program did not get, and both exist`;
    const lastAt = Math.max(...orders.map(({ time }) => time));
    yield { message, atMs: lastAt - openedAt, clientOrderId: repeats };
  }
}

function* contradicts({ intents }: RehearsalFacts): Iterable<Breach> {
  for (const { clientOrderId, copies, name, orders, report, reportedAtMs: atMs } of intents) {
    if (report === 'placed' && orders.length === 0) {
      yield { message: `${name} was reported as placed but does not exist`, atMs, clientOrderId };
    }
    if (report === 'not-placed' && orders.length > copies) {
      yield { message: `${name} was reported as not placed but exists`, atMs, clientOrderId };
    }
  }
}

function* journalDisagrees({ intents, journal }: RehearsalFacts): Iterable<Breach> {
  if (journal.length === 0) return;
  const written = new Set<string>();
  const settled = new Map<string, JournalEntry>();
  for (const entry of journal) {
    if (entry.settled === undefined) written.add(entry.clientOrderId);
    else settled.set(entry.clientOrderId, entry);
  }
  for (const { begunAtMs, clientOrderId, copies, name, orders } of intents) {
    if (!written.has(clientOrderId) && orders.length > 0) {
      yield {
        message: `${name} exists but was never written to the journal`,
        atMs: begunAtMs,
        clientOrderId,
      };
    }
    const last = settled.get(clientOrderId);
    if (!last) continue;
    const isTrue = last.settled === 'executed' ? orders.length > 0 : orders.length <= copies;
    if (!isTrue) {
      const state = orders.length > 0 ? 'exists' : 'does not exist';
      yield {
        message: `${name} was settled as ${last.settled} but ${state}`,
        atMs: last.atMs,
        clientOrderId,
      };
    }
  }
}

function* leftOpen({ errors, left, returnedAtMs, lengthMs }: RehearsalFacts): Iterable<Breach> {
  for (const { atMs, error } of errors)
    yield { message: `the program failed: ${describeError(error)}`, atMs };
  if (returnedAtMs === undefined) {
    yield { message: 'the program has not returned ten minutes after its last day', atMs: lengthMs };
    return;
  }
  for (const [what, count] of Object.entries(left)) {
    if (count > 0) yield { message: `${count} ${what} are left a minute after the program returned` };
  }
}

/** A program that sends nothing, or sends elsewhere, has not been rehearsed. */
function* reachesNothing({ blocked, sentRequests }: RehearsalFacts): Iterable<Breach> {
  if (sentRequests > 0) return;
  const places = [...new Set(blocked)].slice(0, 3).join(', ');
  const elsewhere =
    places === '' ? '' : `, and connections to ${places} were refused: a rehearsal answers only axios`;
  yield { message: `the program sent no request to the exchange${elsewhere}` };
}

/** How long a tightened limit, or a ban, may still have an effect. */
const echoMs = 60_000;

/** A 429 that no fault caused: the program sent more than the exchange allows. */
function* passesLimits({ happened, requests, startedAtMs }: RehearsalFacts): Iterable<Breach> {
  const excuses = [
    ...happened
      .filter(({ event }) => 'fault' in event && ['tight-limits', 'rate-limit'].includes(event.fault.kind))
      .map(({ atMs }) => atMs),
    // After a crash the program does not know what it sent before.
    ...startedAtMs.slice(1),
  ].toSorted((left, right) => left - right);
  let next = 0;
  for (const { at, fault, operation, status } of requests) {
    // An answer from something in between does not come from a limit of the exchange.
    if (status !== 429 || fault === 'proxy-html' || fault === 'respond') continue;
    while (next < excuses.length && (excuses[next] as number) <= at) next += 1;
    const last = excuses[next - 1];
    if (last !== undefined && at - last <= echoMs) continue;
    yield { message: `${operation ?? 'a request'} exceeded a limit of the exchange`, atMs: at };
    return;
  }
}

function* slowCancels({ cancels, cancelWithinMs }: RehearsalFacts): Iterable<Breach> {
  for (const { atMs, durationMs, operation } of cancels) {
    if (durationMs <= cancelWithinMs) continue;
    yield {
      message: `${operation} took ${Math.round(durationMs)} ms; the limit is ${cancelWithinMs} ms`,
      atMs,
    };
  }
}
