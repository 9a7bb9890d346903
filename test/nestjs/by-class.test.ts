import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { ErrorTracker, PolicyRegistry, WEEXRateLimitError } from '../../src/index.js';
import {
  getErrorTrackerToken,
  getRegistryToken,
  ResilienceHealthIndicator,
  ResilienceModule,
  ResilienceTestingModule,
  WeexExceptionFilter,
} from '../../src/nestjs/index.js';
import { moduleOf, startApp } from './start-app.js';

@Controller('fail')
@UseFilters(WeexExceptionFilter)
class FailController {
  @Get('own')
  own(): never {
    throw new WEEXRateLimitError('busy', { retryAfter: 3 });
  }

  @Get('copy')
  async copy(): Promise<never> {
    vi.resetModules();
    const copy = await import('../../src/index.js');
    expect(copy.WEEXRateLimitError).not.toBe(WEEXRateLimitError);
    throw new copy.WEEXRateLimitError('busy', { retryAfter: 3 });
  }
}

/** As an application writes it that knows nothing of tokens. */
class Report {
  constructor(
    @Inject(PolicyRegistry) readonly registry: PolicyRegistry,
    @Inject(ErrorTracker) readonly tracker: ErrorTracker,
    @Inject(ResilienceHealthIndicator) readonly health: ResilienceHealthIndicator,
    @Inject(WeexExceptionFilter) readonly filter: WeexExceptionFilter,
  ) {}
}

describe('providers by their classes, without options', () => {
  it.each([
    ['forRoot', () => ResilienceModule.forRoot()],
    ['forRootAsync', () => ResilienceModule.forRootAsync({ useFactory: () => ({}) })],
    ['the testing module', () => ResilienceTestingModule.forRoot()],
  ])('are injected with %s', async (_, make) => {
    const module = await Test.createTestingModule({
      imports: [make()],
      providers: [Report, WeexExceptionFilter],
    }).compile();
    const report = module.get(Report);
    expect(report.registry).toBe(module.get(getRegistryToken()));
    expect(report.tracker).toBe(module.get(getErrorTrackerToken()));
    expect(await report.health.isHealthy('weex')).toMatchObject({ weex: { status: 'up' } });
    expect(report.filter).toBeInstanceOf(WeexExceptionFilter);
    await module.close();
  });

  it('are created by a module that lists them itself', async () => {
    const own = moduleOf({ providers: [ResilienceHealthIndicator], exports: [ResilienceHealthIndicator] });
    const module = await Test.createTestingModule({ imports: [ResilienceModule.forRoot(), own] }).compile();
    expect(await module.get(ResilienceHealthIndicator).isHealthy('weex')).toMatchObject({
      weex: { status: 'up' },
    });
    await module.close();
  });

  it.each(['own', 'copy'])('let @UseFilters answer an error of %s', async (which) => {
    const app = await startApp(moduleOf({ controllers: [FailController] }));
    const response = await fetch(`${app.url}/fail/${which}`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
    await app.close();
  });

  it('let useGlobalFilters use one created by hand', async () => {
    const root = moduleOf({ controllers: [FailController] });
    const app = await startApp(root, 'fastify', (nest) => nest.useGlobalFilters(new WeexExceptionFilter()));
    expect((await fetch(`${app.url}/fail/own`)).status).toBe(429);
    await app.close();
  });
});
