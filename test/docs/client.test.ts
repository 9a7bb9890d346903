import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { insertTable, methodsTable, policiesTable } from '../../scripts/client-tables.mjs';
import { defineClientPolicies } from '../../src/client/client-policies.js';
import { contractEndpoints } from '../../src/client/contract-endpoints.js';
import { ContractClient, SpotClient, WeexClient } from '../../src/client/index.js';
import { spotEndpoints } from '../../src/client/spot-endpoints.js';
import { getResilienceMetadata, listResilientMethods, PolicyRegistry } from '../../src/index.js';
import { endpoints as simulated } from '../../src/testing/exchange/endpoints.js';

const page = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const markets = {
  spot: { endpoints: spotEndpoints, Client: SpotClient },
  contract: { endpoints: contractEndpoints, Client: ContractClient },
} as const;

// After a change of a table: npm run build && node scripts/make-client-docs.mjs
describe('the tables of the client', () => {
  it('docs/client.md matches the endpoints, for every method', () => {
    const table = methodsTable(spotEndpoints, contractEndpoints);
    expect(page('docs/client.md')).toBe(insertTable(page('docs/client.md'), 'client methods', table));
    const names = [...table.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(Object.keys(contractEndpoints)));
    expect(names).toEqual(expect.arrayContaining(Object.keys(spotEndpoints)));
  });

  it('docs/client.md matches the policies, in both markets', () => {
    const registry = new PolicyRegistry();
    defineClientPolicies(registry);
    const optionsOf = (name: string) => registry.get(name).describe().options;
    const table = policiesTable(optionsOf);
    expect(page('docs/client.md')).toBe(insertTable(page('docs/client.md'), 'client policies', table));
    expect(policiesTable((name) => optionsOf(name.replace('contract', 'spot')))).toBe(table);
  });

  it('rejects a page without a place for a table', () => {
    expect(() => insertTable('nothing', 'client methods', '')).toThrow('no place for client methods');
  });
});

describe.each(['spot', 'contract'] as const)('%s: the table of endpoints', (market) => {
  const { endpoints, Client } = markets[market];

  it('has the same policy, priority and effect in both markets', () => {
    for (const [name, { effect, policy, priority, whenUnknown }] of Object.entries(endpoints)) {
      const other = contractEndpoints[name as keyof typeof contractEndpoints];
      expect([policy.replace(market, 'contract'), priority, effect, whenUnknown]).toEqual([
        other.policy,
        other.priority,
        other.effect,
        other.whenUnknown,
      ]);
    }
  });

  it('is used by the decorators', () => {
    const classes = prototypesOf(Client.prototype).map((one) => one.constructor.name);
    const declared = listResilientMethods().filter(({ className }) => classes.includes(className ?? ''));
    expect(new Set(declared.map(({ method }) => method))).toEqual(new Set(Object.keys(endpoints)));
    for (const [name, { policy }] of Object.entries(endpoints)) {
      expect(getResilienceMetadata(Client.prototype, name)).toMatchObject({ policyName: policy });
    }
  });

  it('has the verbs, paths and weights of the exchange', () => {
    for (const [operation, { verb, path, weight, orders, signed }] of Object.entries(endpoints)) {
      const there = simulated.find(
        (one) => one.market === market && one.method === verb && one.path === path.replace(/\/$/, ''),
      );
      expect(there, operation).toBeDefined();
      expect([there?.orders, there?.access === 'private'], operation).toEqual([orders, signed]);
      // To find an order on contract takes a look at the open orders and one at the history.
      if (`${market}.${operation}` === 'contract.findOrder') expect(weight).toBe(2 + 10);
      else if (operation === 'findAlgoOrder') expect(weight).toBe(3 + 10);
      else expect(weight, operation).toBe(there?.weight);
    }
  });
});

it('a client has no methods other than those in the tables', () => {
  const methodsOf = (prototype: object) =>
    prototypesOf(prototype)
      .flatMap((one) => Object.getOwnPropertyNames(one))
      .filter((name) => name !== 'constructor');
  expect(methodsOf(SpotClient.prototype).toSorted()).toEqual(Object.keys(spotEndpoints).toSorted());
  expect(methodsOf(ContractClient.prototype).toSorted()).toEqual(Object.keys(contractEndpoints).toSorted());
  expect(methodsOf(WeexClient.prototype)).toEqual(['recoverIntents', 'openOrderStream', 'close']);
});

/** A prototype and those that it inherits from. */
function prototypesOf(prototype: object): object[] {
  const above = Object.getPrototypeOf(prototype) as object | null;
  return above === null || above === Object.prototype ? [prototype] : [prototype, ...prototypesOf(above)];
}
