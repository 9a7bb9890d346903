import { describe, expect, inject, it } from 'vitest';
import { runProgram } from './run-program.js';

// The decorators are called by hand: these programs go through no compiler.
const program = (load: string): string => `
  import { createRequire } from 'node:module';
  const require = createRequire(process.cwd() + '/file.cjs');
  const { Injectable, Module } = ${load}('@nestjs/common');
  const { NestFactory } = ${load}('@nestjs/core');
  const { Resilient, WEEXSystemError } = ${load}('weex-resilience');
  const { getErrorTrackerToken, ResilienceModule } = ${load}('weex-resilience/nestjs');

  class Prices {
    calls = 0;
    async last(symbol) {
      this.calls += 1;
      if (this.calls < 3) throw new WEEXSystemError('down', { code: 50001 });
      return symbol;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Prices.prototype, 'last');
  Object.defineProperty(Prices.prototype, 'last', Resilient('market', { effect: 'read' })(Prices.prototype, 'last', descriptor));
  Injectable()(Prices);

  class AppModule {}
  const retry = { maxRetries: 2, backoff: { initialDelayMs: 0, maxDelayMs: 0 } };
  Module({ imports: [ResilienceModule.forRoot({ policies: { market: { retry } } })], providers: [Prices] })(AppModule);

  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const answer = await app.get(Prices).last('BTCUSDT');
  const { totalErrors } = app.get(getErrorTrackerToken()).summary();
  await app.close();
  console.log(JSON.stringify({ answer, totalErrors }));`;

describe('the packed package in a NestJS application', () => {
  it.each([
    ['import', 'await import'],
    ['require()', 'require'],
  ])('finds the policy of the application, loaded by %s', (_, load) => {
    expect(runProgram(inject('consumerWithPeers'), program(load))).toEqual({
      answer: 'BTCUSDT',
      totalErrors: 2,
    });
  });
});
