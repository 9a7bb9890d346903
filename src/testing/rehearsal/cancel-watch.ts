import { currentCallContext } from '../../core/context/call-context.js';
import { keyOf } from './mishaps.js';
import type { Arrived, Outgoing } from './network.js';
import type { RequestPlace } from './rehearsal-event.js';

/** A cancel from its first request to its answer, including retries. */
export interface RehearsedCancel {
  readonly atMs: number;
  readonly operation: string;
  /** Without an answer: until the program gave up. */
  readonly durationMs: number;
}

/** Observes the cancels that a program sends itself; those of a call under a policy belong to that call. */
export interface CancelWatch {
  sent(place: RequestPlace, request: Outgoing, owner: object): void;
  /** Called when a request is over for the program; without an answer it failed or was given up. */
  ended(place: RequestPlace, answer?: Arrived): void;
  /** The cancels so far, including unanswered ones. */
  readonly cancels: readonly RehearsedCancel[];
}

interface Cancel {
  readonly atMs: number;
  readonly operation: string;
  durationMs: number;
  isAnswered: boolean;
}

/** Whether an operation, prefixed with its market or class, cancels orders. */
export function isCancel(operation: string): boolean {
  return /\.cancel(?:All)?(?:Algo)?Orders?$/.test(operation);
}

/** The same cancel sent again within this time after a failure counts as a retry. */
const retryWithinMs = 60_000;

/** Creates a watch for cancels that no policy of this library wraps. */
export function createCancelWatch(nowMs: () => number): CancelWatch {
  const latest = new WeakMap<object, Map<string, Cancel>>();
  const underWay = new Map<string, Cancel>();
  const cancels: Cancel[] = [];
  return {
    cancels,
    sent(place, request, owner) {
      const operation = place.request;
      if (!isCancel(operation) || isCancel(currentCallContext()?.operation ?? '')) return;
      let ofOwner = latest.get(owner);
      if (!ofOwner) latest.set(owner, (ofOwner = new Map<string, Cancel>()));
      const key = `${operation} ${termsOf(request)}`;
      let cancel = ofOwner.get(key);
      if (!cancel || cancel.isAnswered || nowMs() - cancel.atMs - cancel.durationMs > retryWithinMs) {
        cancel = { atMs: nowMs(), operation, durationMs: 0, isAnswered: false };
        ofOwner.set(key, cancel);
        cancels.push(cancel);
      }
      underWay.set(keyOf(place), cancel);
    },
    ended(place, answer) {
      const cancel = underWay.get(keyOf(place));
      underWay.delete(keyOf(place));
      if (!cancel || cancel.isAnswered) return;
      cancel.durationMs = nowMs() - cancel.atMs;
      cancel.isAnswered = answer !== undefined && answer.status < 500 && ![418, 429].includes(answer.status);
    },
  };
}

/** What makes two cancels equal: everything except what differs in every request. */
function termsOf({ body, target }: Outgoing): string {
  const query = new URLSearchParams(target.split('?')[1]);
  for (const name of ['timestamp', 'recvWindow', 'signature']) query.delete(name);
  query.sort();
  return `${query.toString()} ${body.replace(/"(?:timestamp|recvWindow)":"?\d+"?,?/g, '')}`;
}
