import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Scenario } from 'weex-resilience/testing';
import { rehearseDay, type RehearsedDay } from './rehearsed-day.js';

/** Which days are rehearsed. */
export interface RehearsedDays {
  /** The file of this program. */
  readonly program: URL;
  readonly scenario: Scenario;
  /** The first seed, and how many. */
  readonly seed: number;
  readonly count: number;
  readonly signal: AbortSignal;
  /** Called after each day. */
  readonly onDay: (done: number) => void;
}

/** Rehearses a scenario over many seeds, on as many threads as there are cores; each thread runs this program. */
export async function rehearseDays({
  count,
  onDay,
  program,
  scenario,
  seed,
  signal,
}: RehearsedDays): Promise<RehearsedDay[]> {
  const days: RehearsedDay[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(program, { workerData: scenario });
    const end = (): void => void worker.terminate();
    signal.addEventListener('abort', end);
    await new Promise<void>((resolve, reject) => {
      const give = (): void => {
        // A thread has no origin, other than a window.
        // oxlint-disable-next-line require-post-message-target-origin
        if (next < count) worker.postMessage(seed + next++);
        else end();
      };
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      worker.on('message', (day: RehearsedDay) => {
        days.push(day);
        onDay(days.length);
        give();
      });
      give();
    });
    signal.removeEventListener('abort', end);
  };
  await Promise.all(Array.from({ length: Math.min(count, availableParallelism()) }, work));
  return days.toSorted((left, right) => left.seed - right.seed);
}

/** The work of a thread of `rehearseDays`: it receives seeds, and answers each with its day. */
export function serveDays(): void {
  // Capturing the stacks of a bad day's errors takes a quarter of its time, and they are not shown here.
  Error.stackTraceLimit = 0;
  parentPort?.on('message', (seed: number) => {
    // oxlint-disable-next-line require-post-message-target-origin
    void rehearseDay(workerData as Scenario, seed).then((day) => parentPort?.postMessage(day));
  });
}
