import type { Kit } from './shared-fixture.js';

/** The name of a method that nobody can guess. */
export const settle: unique symbol = Symbol('settle');

/** A method named by a symbol, which Babel's legacy decorators do not know. */
export function defineSymbol({ Resilient, policy }: Kit) {
  class Positions {
    readonly account: string = 'A';

    @Resilient(policy)
    async [settle](): Promise<string> {
      return this.account;
    }
  }
  return Positions;
}
