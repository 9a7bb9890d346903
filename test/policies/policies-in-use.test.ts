import { expect, it } from 'vitest';
import { beginAccompanied } from '../../src/observability/companions.js';
import { PoliciesInUse } from '../../src/policies/policies-in-use.js';
import { createPolicy } from '../../src/index.js';

// In quadratic time this would outlast the timeout of a test.
it('reads sixty thousand policies of one name in linear time', () => {
  const inUse = new PoliciesInUse();
  const state = createPolicy({ name: 'orders' }).snapshot();
  const policies = Array.from({ length: 60_000 }, () => ({ name: 'orders', snapshot: () => state }));
  for (const policy of policies) beginAccompanied(policy);
  const found = inUse.snapshots((name) => name);
  inUse.stop();
  expect(found.get('orders')).toHaveLength(policies.length);
});
