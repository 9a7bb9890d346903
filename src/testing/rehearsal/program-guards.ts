import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../../core/time/clock.js';
import { type EventLoop, StandstillError } from './event-loop.js';
import type { IntentReport } from './intent-book.js';

/** Stops a program that ends its process. */
export class ProgramExit extends Error {
  override readonly name = 'ProgramExit';
}

/** No program reads the time this often in one turn, unless it waits for time to pass. */
const mostReadings = 1_000_000;

/** Returns a check for each reading of a clock: it throws if the program waits in a loop that lets no time pass. */
export function createSpinGuard(loop: EventLoop): (ms: number) => number {
  let turn = 0;
  let readings = 0;
  return (ms) => {
    if (turn !== loop.turns) {
      turn = loop.turns;
      readings = 0;
    }
    readings += 1;
    if (readings <= mostReadings) return ms;
    readings = 0;
    throw new StandstillError(`the time stands still: it was read ${mostReadings} times without a pause`);
  };
}

/** The clock of a program: errors thrown by its timers are its failure, not that of the rehearsal. */
export function programClock(clock: Clock, failed: (error: unknown) => void): Clock {
  return {
    ...clock,
    setTimeout(fn, ms, ...rest) {
      const scope = new AsyncResource('Timeout', { requireManualDestroy: true });
      const run = (): void => {
        try {
          scope.runInAsyncScope(fn);
        } catch (error) {
          failed(error);
        }
      };
      return clock.setTimeout(run, ms, ...rest);
    },
  };
}

const reports: readonly IntentReport[] = ['placed', 'not-placed', 'unknown'];

/** Throws if a report is incomplete. */
export function checkReport(clientOrderId: unknown, outcome: unknown): void {
  if (typeof clientOrderId !== 'string' || clientOrderId === '') {
    throw new TypeError(`Cannot report an order: its id is ${String(clientOrderId)}, expected a string`);
  }
  if (!reports.includes(outcome as IntentReport)) {
    const allowed = reports.map((one) => `'${one}'`).join(', ');
    throw new TypeError(
      `Cannot report ${clientOrderId}: the outcome is ${String(outcome)}, expected one of ${allowed}`,
    );
  }
}
