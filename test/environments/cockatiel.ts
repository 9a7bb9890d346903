import { fallback, handleAll, type IPolicy, noop, retry, wrap } from 'cockatiel';
import { createPolicy, Resilient, resilient } from 'weex-resilience';

// Policies of cockatiel and of this package go into each other, whichever version of cockatiel is installed.

const ours = createPolicy({ inner: retry(handleAll, { maxAttempts: 1 }) });
export const asTheirs: IPolicy = ours;
export const either: Promise<number> = resilient(async () => 1, fallback(handleAll, 2))();

export class Unsure {
  calls = 0;

  @Resilient(wrap(ours, noop))
  async ask(): Promise<number> {
    this.calls += 1;
    if (this.calls < 2) throw new Error('not yet');
    return this.calls;
  }
}

void wrap(ours, retry(handleAll, { maxAttempts: 1 }))
  .execute(() => new Unsure().ask())
  .then((calls) => process.stdout.write(`${calls} attempts\n`));
