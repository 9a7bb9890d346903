import { expect, it } from 'vitest';
import type { Coordinator } from '../../src/policies/options/coordinator.js';
import { getRegistryToken, ResilienceHealthIndicator, ResilienceModule } from '../../src/nestjs/index.js';
import type { PolicyRegistry } from '../../src/index.js';
import { moduleOf, startApp } from './start-app.js';

it('passes the coordinator to the policies of the application, and shows it in health', async () => {
  let isConnected = true;
  const scopes: string[] = [];
  const coordinator: Coordinator = {
    joinLimit(scope) {
      scopes.push(scope);
      return { share: 3, request: () => undefined, observe: () => undefined };
    },
    joinCoolDown(scope) {
      scopes.push(scope);
      return { activated: () => undefined, mayProbe: () => true, ramping: () => undefined };
    },
    snapshot: () => ({ isConnected }),
  };
  const policies = {
    orders: { rateLimit: { limit: 10, windowMs: 1_000, scope: 'account' }, coolDown: { scope: 'address' } },
  };
  const { app, close } = await startApp(
    moduleOf({ imports: [ResilienceModule.forRoot({ coordinator, policies })] }),
  );
  const registry = app.get<PolicyRegistry>(getRegistryToken());
  const health = app.get(ResilienceHealthIndicator);

  expect(scopes.toSorted()).toEqual(['account', 'address']);
  expect(registry.get('orders').snapshot().rateLimit).toEqual({ used: 0, limit: 3 });
  expect(await health.isHealthy('weex')).toMatchObject({ weex: { status: 'up', coordinator: 'connected' } });
  isConnected = false;
  expect(await health.isHealthy('weex')).toMatchObject({ weex: { status: 'up', coordinator: 'lost' } });
  await close();
});
