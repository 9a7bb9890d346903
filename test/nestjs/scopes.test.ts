import 'reflect-metadata';
import { Controller, Get, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  PolicyRegistry,
  Resilient,
  resilienceContext,
  setInstanceRegistry,
  WEEXSystemError,
} from '../../src/index.js';
import { getRegistryToken, ResilienceModule } from '../../src/nestjs/index.js';
import { type App, moduleOf, startApp } from './start-app.js';

/** Fails as often as the policy retries, so that the answer tells whose policy it was. */
async function attempts(): Promise<number> {
  const attempt = resilienceContext()?.attempt ?? -1;
  if (attempt < 9) throw new WEEXSystemError('again', { executionStatus: 'not-executed' });
  return attempt;
}

const limited = (maxRetries: number) =>
  ResilienceModule.forRoot({
    policies: {
      market: {
        retry: { maxRetries, backoff: { initialDelayMs: 0, maxDelayMs: 0 } },
        fallback: (_, call) => call.attempt + 1,
      },
    },
  });

class Work {
  @Resilient('market')
  async run(): Promise<number> {
    return attempts();
  }
}

@Injectable()
class Single extends Work {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Work {}

@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Work {}

@Injectable({ scope: Scope.REQUEST, durable: true })
class Durable extends Work {}

class Made extends Work {}

@Controller('jobs')
class WorkController extends Work {
  constructor(
    @Inject(Single) readonly single: Single,
    @Inject(Transient) readonly transient: Transient,
    @Inject(Made) readonly made: Made,
  ) {
    super();
  }

  @Get('static')
  async static(): Promise<number[]> {
    return Promise.all([this.run(), this.single.run(), this.transient.run(), this.made.run()]);
  }
}

@Controller('request')
class RequestController extends Work {
  constructor(
    @Inject(PerRequest) readonly perRequest: PerRequest,
    @Inject(Transient) readonly transient: Transient,
    @Inject(Durable) readonly durable: Durable,
    @Inject('MADE_PER_REQUEST') readonly made: Made,
  ) {
    super();
  }

  @Get()
  async request(): Promise<number[]> {
    return Promise.all([
      this.run(),
      this.perRequest.run(),
      this.transient.run(),
      this.durable.run(),
      this.made.run(),
    ]);
  }

  @Resilient('market')
  @Get('above')
  async above(): Promise<number> {
    return attempts();
  }

  @Get('below')
  @Resilient('market')
  async below(): Promise<number> {
    return attempts();
  }
}

const features = {
  controllers: [WorkController, RequestController],
  providers: [
    Single,
    PerRequest,
    Transient,
    Durable,
    { provide: Made, useFactory: async () => new Made() },
    { provide: 'MADE_PER_REQUEST', useFactory: () => new Made(), scope: Scope.REQUEST },
  ],
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function started(maxRetries: number): Promise<App> {
  // The features come before the module that binds them, and in a module of their own.
  const root = moduleOf({ imports: [moduleOf(features), limited(maxRetries)] });
  const app = await startApp(root);
  open.push(app);
  return app;
}

async function numbers(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

describe('the registry of an instance', () => {
  it('is that of its application, in every scope, with applications side by side', async () => {
    const apps = [await started(1), await started(2), await started(3)];
    for (const round of [0, 1]) {
      for (const [index, { url }] of apps.entries()) {
        const calls = index + 2;
        expect([round, await numbers(`${url}/jobs/static`)]).toEqual([round, Array(4).fill(calls)]);
        expect(await numbers(`${url}/request`)).toEqual(Array(5).fill(calls));
        expect(await numbers(`${url}/request/above`)).toBe(calls);
        expect(await numbers(`${url}/request/below`)).toBe(calls);
      }
    }
  });

  it('is set on instances resolved by hand', async () => {
    for (const maxRetries of [1, 2]) {
      const { app } = await started(maxRetries);
      expect(await (await app.resolve(Transient)).run()).toBe(maxRetries + 1);
      const contextId = ContextIdFactory.create();
      expect(await (await app.get(ModuleRef).resolve(PerRequest, contextId, { strict: false })).run()).toBe(
        maxRetries + 1,
      );
    }
  });

  it('stays when another application that shares the class closes, and passes on when its own does', async () => {
    const [first, second] = [await started(1), await started(2)];
    const single = first.app.get(Single);
    await open.shift()?.close();
    expect(await numbers(`${second.url}/request`)).toEqual(Array(5).fill(3));
    // What outlives its application keeps its registry.
    expect(await single.run()).toBe(2);
    const third = await started(3);
    expect(await numbers(`${third.url}/request`)).toEqual(Array(5).fill(4));
    expect(await numbers(`${second.url}/request`)).toEqual(Array(5).fill(3));
  });

  it('is set after compile(), before any hook has run', async () => {
    for (const maxRetries of [1, 2]) {
      const module = await Test.createTestingModule({
        ...features,
        imports: [limited(maxRetries)],
      }).compile();
      open.push(module);
      expect(await module.get(Single).run()).toBe(maxRetries + 1);
      expect(await module.get(Made).run()).toBe(maxRetries + 1);
      expect(await (await module.resolve(PerRequest)).run()).toBe(maxRetries + 1);
    }
  });

  it('is found for lazily loaded modules that import forFeature', async () => {
    class LazyWork extends Work {}
    Injectable()(LazyWork);
    class LazyModule {}
    Module({
      imports: [ResilienceModule.forFeature({ policies: { lazy: {} } })],
      providers: [LazyWork],
    })(LazyModule);
    for (const maxRetries of [1, 2]) {
      const { app } = await started(maxRetries);
      const lazy = await app.get(LazyModuleLoader).load(() => LazyModule);
      expect(await lazy.get(LazyWork).run()).toBe(maxRetries + 1);
      expect(app.get<PolicyRegistry>(getRegistryToken()).has('lazy')).toBe(true);
    }
  });

  it('is kept if the instance already has one', async () => {
    const own = new PolicyRegistry();
    own.define('market', { fallback: () => -7 });
    const made = new Made();
    setInstanceRegistry(made, own);
    const module = await Test.createTestingModule({
      imports: [limited(1)],
      providers: [{ provide: Made, useValue: made }],
    }).compile();
    open.push(module);
    expect(await module.get(Made).run()).toBe(-7);
  });
});

describe('a class that two applications share', () => {
  it('remains the same class, for constructors, guards and metadata', async () => {
    const apps = [await started(1), await started(2)];
    for (const { app } of apps) {
      expect(app.get(Single).constructor).toBe(Single);
      expect(app.get(WorkController)).toBeInstanceOf(WorkController);
      expect(await app.resolve(PerRequest)).toBeInstanceOf(PerRequest);
      expect((await app.resolve(PerRequest)).constructor).toBe(PerRequest);
    }
  });
});
