import { processWide } from '../core/process-wide.js';
import { EventChannel } from './event-channel.js';
import type { ResilienceEventType } from './events.js';

/** One channel per event, named `weex-resilience:` and the event's type. */
export const channels: { readonly [Type in ResilienceEventType]: EventChannel<Type> } = {
  callStarted: new EventChannel('callStarted'),
  callSettled: new EventChannel('callSettled'),
  attemptStarted: new EventChannel('attemptStarted'),
  attemptSettled: new EventChannel('attemptSettled'),
  retryScheduled: new EventChannel('retryScheduled'),
  budgetExhausted: new EventChannel('budgetExhausted'),
  circuitOpened: new EventChannel('circuitOpened'),
  circuitHalfOpened: new EventChannel('circuitHalfOpened'),
  circuitClosed: new EventChannel('circuitClosed'),
  circuitIsolated: new EventChannel('circuitIsolated'),
  callQueued: new EventChannel('callQueued'),
  callDequeued: new EventChannel('callDequeued'),
  callHeld: new EventChannel('callHeld'),
  callRefused: new EventChannel('callRefused'),
  coolDownEntered: new EventChannel('coolDownEntered'),
  coolDownLeft: new EventChannel('coolDownLeft'),
  limitAdapted: new EventChannel('limitAdapted'),
  limitContradicted: new EventChannel('limitContradicted'),
  fallbackUsed: new EventChannel('fallbackUsed'),
  reconcileStarted: new EventChannel('reconcileStarted'),
  reconcileSettled: new EventChannel('reconcileSettled'),
  orderSettled: new EventChannel('orderSettled'),
  outcomeUnknown: new EventChannel('outcomeUnknown'),
  policyReconfigured: new EventChannel('policyReconfigured'),
  coordinatorLost: new EventChannel('coordinatorLost'),
  coordinatorRegained: new EventChannel('coordinatorRegained'),
  errorClassified: new EventChannel('errorClassified'),
};

// The channels belong to the process, so the numbers do too, however often the package is loaded.
const callIds = processWide('call-ids', () => ({ last: 0 }));

/** Returns a new number for a call. Use it only when the first event of a call is created. */
export function nextCallId(): number {
  return (callIds.get().last += 1);
}
