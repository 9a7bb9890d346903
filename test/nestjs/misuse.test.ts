import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  getPolicyToken,
  InjectPolicy,
  ResilienceHealthIndicator,
  ResilienceModule,
  WeexExceptionFilter,
} from '../../src/nestjs/index.js';
import { moduleOf } from './start-app.js';

const compile = (...imports: unknown[]) =>
  Test.createTestingModule({ imports: imports as never[] }).compile();
const any = (value: unknown) => value as never;

describe('what cannot be configured is named', () => {
  it.each([
    [
      () => ResilienceModule.forFeature(any(undefined)),
      'Cannot use ResilienceModule.forFeature: options must be an object, received undefined',
    ],
    [
      () => ResilienceModule.forFeature(any({ policies: {}, polices: {} })),
      'Cannot use ResilienceModule.forFeature: unknown option "polices" (did you mean "policies"?); expected one of policies',
    ],
    [
      () => ResilienceModule.forFeature(any({ policies: [] })),
      'Cannot use ResilienceModule.forFeature: policies must be an object of policies by name, received a list of 0',
    ],
    [
      () => ResilienceModule.forRootAsync(any(undefined)),
      'Cannot use ResilienceModule.forRootAsync: options must be an object, received undefined',
    ],
    [
      () => ResilienceModule.forRootAsync(any({ useFactry: () => ({}) })),
      'Cannot use ResilienceModule.forRootAsync:\n' +
        '- unknown option "useFactry" (did you mean "useFactory"?); expected one of imports, inject, useFactory, useClass, useExisting\n' +
        '- give exactly one of useFactory, useClass, useExisting, received none',
    ],
    [
      () => ResilienceModule.forRootAsync(any({ useFactory: {} })),
      'Cannot use ResilienceModule.forRootAsync: useFactory must be a function, received an object',
    ],
    [
      () => new WeexExceptionFilter(any({ status: {} })),
      'Cannot create WeexExceptionFilter: unknown option "status" (did you mean "statuses"?); expected one of statuses',
    ],
    [
      () => new WeexExceptionFilter(any({ statuses: [400] })),
      'Cannot create WeexExceptionFilter: statuses must be an object of HTTP statuses by kind, received a list of 1',
    ],
    [
      () => InjectPolicy(any(undefined)),
      'Cannot inject a policy: name must be a string that is not empty, received undefined',
    ],
    [
      () => getPolicyToken(''),
      "Cannot inject a policy: name must be a string that is not empty, received ''",
    ],
  ])('at once: %s', (use, message) => {
    expect(use).toThrow(new TypeError(message));
  });

  it('when the application starts: options of the error tracker', async () => {
    await expect(compile(ResilienceModule.forRoot(any({ errorTracker: { capcity: 5 } })))).rejects.toThrow(
      'Cannot start ResilienceModule: unknown option "errorTracker.capcity" (did you mean "capacity"?); expected one of capacity, clock',
    );
    await expect(compile(ResilienceModule.forRoot(any({ errorTracker: 5 })))).rejects.toThrow(
      'errorTracker must be an object, received 5',
    );
  });

  it('when the health is checked', async () => {
    const app = await compile(ResilienceModule.forRoot());
    const health = app.get(ResilienceHealthIndicator);
    await expect(health.isHealthy('weex', any({ policy: ['orders'] }))).rejects.toThrow(
      'Cannot check the health of weex: unknown option "policy"',
    );
    await app.close();
  });
});

describe('the module class without forRoot', () => {
  it('does not start an application', async () => {
    await expect(compile(ResilienceModule)).rejects.toThrow(
      new TypeError(
        'Cannot use ResilienceModule: imports has the class itself, but no module imports ResilienceModule.forRoot or forRootAsync',
      ),
    );
  });

  it('does nothing in a module beside the root', async () => {
    const feature = moduleOf({ imports: [ResilienceModule] });
    const app = await compile(feature, ResilienceModule.forRoot());
    await app.close();
  });
});
