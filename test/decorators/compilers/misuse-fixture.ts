import type { AnyDecorator, Kit } from './shared-fixture.js';

/** Classes that are decorated wrongly in a way that only shows when the decorator runs, by what is wrong. */
export function defineMisuses({ Resilient, NotResilient, policy }: Kit): Record<string, () => unknown> {
  const bare = Resilient as unknown as AnyDecorator;
  const bareNot = NotResilient as unknown as AnyDecorator;
  return {
    method: () => {
      class Trading {
        @bare
        async place(): Promise<void> {}
      }
      return Trading;
    },
    static: () => {
      class Trading {
        @bare
        static async place(): Promise<void> {}
      }
      return Trading;
    },
    class: () => {
      @bare
      class Trading {
        async place(): Promise<void> {}
      }
      return Trading;
    },
    excluded: () => {
      class Trading {
        @bareNot
        async place(): Promise<void> {}
      }
      return Trading;
    },
    twice: () => {
      @Resilient(policy)
      @Resilient()
      class Trading {
        async place(): Promise<void> {}
      }
      return Trading;
    },
    twiceStatic: () => {
      @Resilient(policy)
      @Resilient()
      class Trading {
        static async place(): Promise<void> {}
      }
      return Trading;
    },
  };
}
