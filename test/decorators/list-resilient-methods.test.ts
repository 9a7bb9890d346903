import { describe, expect, it } from 'vitest';
import {
  defaultRegistry,
  getResilienceMetadata,
  listResilientMethods,
  NotResilient,
  Resilient,
} from '../../src/index.js';

class Account {
  @Resilient('listed', { priority: 'critical', effect: 'read' })
  async getBalance(): Promise<number> {
    return 1;
  }

  @Resilient({ deadlineMs: 1_000 })
  static async load(): Promise<number> {
    return 2;
  }

  plain(): number {
    return 3;
  }
}

@Resilient()
class Market {
  async getTicker(): Promise<number> {
    return 1;
  }

  @NotResilient()
  async remembered(): Promise<number> {
    return 2;
  }
}

const listed = () =>
  listResilientMethods().filter(({ className }) => ['Account', 'Market'].includes(className ?? ''));

describe('listResilientMethods', () => {
  it('lists every decorated method with what is attached to it, before anything is called', () => {
    expect(listed()).toEqual([
      getResilienceMetadata(Account, 'getBalance'),
      getResilienceMetadata(Account, 'load'),
      getResilienceMetadata(Market, 'getTicker'),
    ]);
    expect(listed()[0]).toEqual({
      className: 'Account',
      method: 'getBalance',
      operation: 'Account.getBalance',
      isStatic: false,
      attachedTo: 'method',
      policyName: 'listed',
      policy: undefined,
      options: { priority: 'critical', effect: 'read' },
    });
    expect(listed()[1]).toMatchObject({ operation: 'Account.load', isStatic: true, policyName: undefined });
  });

  it('has the policy behind a name as soon as it is defined', async () => {
    const policy = defaultRegistry.define('listed', {});
    expect(listed()[0]?.policy).toBe(policy);
    expect(await new Account().getBalance()).toBe(1);
  });

  it('has the same policy object that calls run under', async () => {
    expect(await new Market().getTicker()).toBe(1);
    expect(listed().map((entry) => (entry.policy as { name?: string }).name)).toEqual([
      'listed',
      'Account.load',
      'Market',
    ]);
    expect(getResilienceMetadata(new Market(), 'getTicker')?.policy).toBe(listed()[2]?.policy);
  });
});

describe('getResilienceMetadata', () => {
  it('is undefined for what is not resilient', () => {
    for (const [target, method] of [
      [Account, 'plain'],
      [Account, 'absent'],
      [Market, 'remembered'],
      [{}, 'toString'],
      [Account, 'constructor'],
    ] as const) {
      expect(getResilienceMetadata(target, method)).toBeUndefined();
    }
    expect(getResilienceMetadata(Account)).toBeUndefined();
  });

  it('returns copies: changing one does not affect calls', () => {
    const metadata = getResilienceMetadata(Account, 'getBalance');
    Object.assign(metadata?.options ?? {}, { priority: 'background' });
    expect(getResilienceMetadata(Account, 'getBalance')?.options.priority).toBe('critical');
  });
});
