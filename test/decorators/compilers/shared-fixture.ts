import type { IPolicy } from 'cockatiel';
import type { NotResilient, Resilient } from '../../../src/index.js';

/** What the classes below are decorated with. It is passed in, so that every compiler's output runs on the same copy. */
export interface Kit {
  readonly Resilient: typeof Resilient;
  readonly NotResilient: typeof NotResilient;
  /** Counts how often it is entered. */
  readonly policy: IPolicy;
  /** Puts metadata on the function itself, as Nest's routes and guards do, and an own property. */
  readonly tag: (name: string) => AnyDecorator;
  /** Replaces the method by a function that knows nothing of the one below it. */
  readonly trace: () => AnyDecorator;
}

/** A decorator of somebody else, in either dialect. */
export type AnyDecorator = (target: unknown, where?: unknown, descriptor?: PropertyDescriptor) => never;

/** One of every kind of class that both dialects can decorate. */
export function defineShared({ Resilient, NotResilient, policy, tag, trace }: Kit) {
  class Trading {
    readonly account: string = 'A';
    failures = 0;

    @Resilient(policy)
    async whoAmI(symbol: string, depth?: number, ...rest: string[]): Promise<[unknown, number, unknown[]]> {
      return [this, arguments.length, [symbol, depth, ...rest]];
    }

    @Resilient({ retry: { maxRetries: 2, backoff: { initialDelayMs: 0, jitter: 'none' } } })
    async flaky(fail: (attempt: number) => void): Promise<string> {
      fail((this.failures += 1));
      return this.account;
    }

    @Resilient(policy)
    plain(value: number): Promise<number> {
      if (value < 0) throw new RangeError('negative');
      return Promise.resolve(value);
    }

    @Resilient(policy)
    static async create(account: string): Promise<[unknown, string]> {
      return [this, account];
    }

    @tag('above')
    @Resilient(policy)
    @tag('below')
    async tagged(a: number, b: number): Promise<number> {
      return a + b;
    }

    @trace()
    @Resilient(policy)
    async traced(value: number): Promise<number> {
      return value;
    }

    undecorated(): string {
      return this.account;
    }
  }

  class Margin extends Trading {
    override readonly account: string = 'M';

    @Resilient(policy)
    override async whoAmI(symbol: string, depth?: number): Promise<[unknown, number, unknown[]]> {
      await Promise.resolve();
      return super.whoAmI(symbol, depth);
    }

    @trace()
    @Resilient(policy)
    override async traced(value: number): Promise<number> {
      await Promise.resolve();
      return (await super.traced(value)) + 1;
    }

    // No decorator: the layer of the base method is the only one.
    override async tagged(a: number, b: number): Promise<number> {
      return 10 * (await super.tagged(a, b));
    }

    @Resilient(policy)
    static override async create(account: string): Promise<[unknown, string]> {
      return super.create(account);
    }

    /** Calls the base method without its own override. */
    async baseWhoAmI(symbol: string): Promise<[unknown, number, unknown[]]> {
      return super.whoAmI(symbol);
    }
  }

  class Isolated extends Margin {
    override async whoAmI(symbol: string, depth?: number): Promise<[unknown, number, unknown[]]> {
      return super.whoAmI(symbol, depth);
    }
  }

  function Mixed(base: typeof Margin) {
    class Named extends base {
      @Resilient(policy)
      override async whoAmI(symbol: string, depth?: number): Promise<[unknown, number, unknown[]]> {
        return super.whoAmI(symbol, depth);
      }
    }
    return Named;
  }

  @Resilient(policy)
  class Prices {
    readonly source: string = 'S';

    async last(symbol: string): Promise<string> {
      return this.source + symbol;
    }

    @NotResilient()
    async remembered(symbol: string): Promise<string> {
      return this.source + symbol;
    }

    @Resilient({ retry: false })
    async own(symbol: string): Promise<string> {
      return this.source + symbol;
    }

    static async load(): Promise<unknown> {
      return this;
    }

    now(): number {
      return 1;
    }

    get size(): number {
      return 2;
    }
  }

  return { Trading, Margin, Isolated, Mixed: Mixed(Margin), Prices };
}

/** What {@link defineShared} gives. */
export type SharedFixture = ReturnType<typeof defineShared>;
