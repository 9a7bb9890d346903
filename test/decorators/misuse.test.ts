import { describe, expect, it } from 'vitest';
import {
  listResilientMethods,
  NotResilient,
  policies,
  PolicyRegistry,
  Resilient,
  resilient,
  setInstanceRegistry,
} from '../../src/index.js';

it('a class decorator covers async functions that were compiled to ES2015', () => {
  const __awaiter = (
    _self: unknown,
    _args: unknown,
    _promise: unknown,
    body: () => unknown,
  ): Promise<unknown> => Promise.resolve().then(body);
  class Market {
    getPrice() {
      return __awaiter(this, void 0, void 0, () => 1);
    }
    getName() {
      return 'BTC';
    }
  }
  Resilient({ retry: {} })(Market);
  expect(listResilientMethods()).toContainEqual(expect.objectContaining({ operation: 'Market.getPrice' }));
});

describe('setInstanceRegistry', () => {
  it('names what is not an instance and what is not a registry', () => {
    const set = setInstanceRegistry as (target: unknown, registry: unknown) => void;
    expect(() => set(5, new PolicyRegistry())).toThrow(
      new TypeError(
        'Cannot set the registry of an instance: the target must be an instance or a class, received 5',
      ),
    );
    expect(() => set({}, {})).toThrow(
      new TypeError(
        'Cannot set the registry of an instance: the registry must be a PolicyRegistry, received an object',
      ),
    );
    expect(() => set(undefined, null)).toThrow(
      /received undefined\n- the registry must be .*, received null$/,
    );
  });
});

describe('a policy that is undefined', () => {
  it('is refused when it is passed, as a cyclic import can cause', () => {
    const message =
      'the policy must be a name, options or a policy, received undefined, which a cyclic import can cause; ' +
      'for the standard policy, pass nothing or policies.standard()';
    const forgotten = {} as { readonly policy: undefined };
    expect(() => Resilient(forgotten.policy)).toThrow(new TypeError(`Cannot use @Resilient: ${message}`));
    expect(() => Resilient(undefined, { effect: 'read' })).toThrow(TypeError);
    expect(() => resilient(async () => 1, forgotten.policy)).toThrow(
      new TypeError(`Cannot use resilient: ${message}`),
    );
  });

  it('is the standard one when none is given', async () => {
    expect(await resilient(async () => 1)()).toBe(1);
    expect(await resilient(async () => 1, policies.standard(), { effect: 'read' })()).toBe(1);
    expect(() => Resilient()).not.toThrow();
  });
});

it('@NotResilient takes no arguments', () => {
  expect(() => Reflect.apply(NotResilient, undefined, ['orders'])).toThrow(
    new TypeError('Cannot use @NotResilient: write @NotResilient(), without arguments'),
  );
});
