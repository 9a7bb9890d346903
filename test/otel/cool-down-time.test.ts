import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPolicy, PolicyRegistry, type ResiliencePolicy, WEEXRateLimitError } from '../../src/index.js';
import { instrumentWeexResilience, type Instrumentation } from '../../src/otel/index.js';
import { createFakeClock } from '../../src/testing/index.js';
import { ScrapedMeter } from './scraped-meter.js';

let prometheus: ScrapedMeter;
let instrumentation: Instrumentation;
beforeEach(async () => {
  prometheus = await ScrapedMeter.start();
  instrumentation = instrumentWeexResilience({ meter: prometheus.meter });
});
afterEach(async () => {
  instrumentation.dispose();
  await prometheus.close();
});

const clock = createFakeClock();
const ofAccount = () => new PolicyRegistry({ clock }).define('orders', { coolDown: { scope: 'account' } });
const ofTwo: Readonly<Record<string, () => readonly ResiliencePolicy[]>> = {
  scopes: () => ['A', 'B'].map((scope) => createPolicy({ name: 'orders', clock, coolDown: { scope } })),
  registries: () => [ofAccount(), ofAccount()],
};

describe('the cool-down time of policies with the same name', () => {
  it.each(Object.entries(ofTwo))('in two %s continues while one of them is closed', async (_name, make) => {
    const [slow, quick] = make();
    const refuse = (policy: ResiliencePolicy | undefined, retryAfter: number) =>
      policy?.executeOutcome(() => Promise.reject(new WEEXRateLimitError('no', { code: 429, retryAfter })));
    await refuse(slow, 6);
    await refuse(quick, 1);
    await clock.advance(1_000);
    expect(await quick?.execute(() => 1)).toBe(1);
    const seconds = () => prometheus.value('cool_down_time_total', { policy: 'orders' });
    expect(await seconds()).toBe(1);
    await clock.advance(3_000);
    expect(await seconds()).toBe(4);
    await clock.advance(60_000);
    expect(await seconds()).toBe(6);
  });
});
