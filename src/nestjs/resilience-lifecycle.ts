import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { ErrorTracker } from '../observability/error-tracker.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import { emitEvents } from './emit-events.js';
import { InstanceBinder } from './instance-binder.js';
import { type RunningCall, RunningCalls } from './running-calls.js';
import type { ResilienceModuleOptions } from './resilience-module-options.js';
import { getErrorTrackerToken, getOptionsToken, getRegistryToken } from './tokens.js';

const defaultDrainMs = 10_000;
const listedCalls = 10;

/** What the module does between the application's start and its shutdown. */
@Injectable()
export class ResilienceLifecycle implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('ResilienceModule');
  readonly #registry: PolicyRegistry;
  readonly #binder: InstanceBinder;
  readonly #container: ModulesContainer;
  readonly #options: ResilienceModuleOptions;
  readonly #drainMs: number;
  readonly #runningCalls: RunningCalls | undefined;
  readonly #stops: (() => void)[];

  constructor(
    @Inject(getRegistryToken()) registry: PolicyRegistry,
    @Inject(getErrorTrackerToken()) tracker: ErrorTracker,
    @Inject(getOptionsToken()) options: ResilienceModuleOptions,
    @Inject(InstanceBinder) binder: InstanceBinder,
    @Inject(ModulesContainer) container: ModulesContainer,
  ) {
    this.#registry = registry;
    this.#binder = binder;
    this.#container = container;
    this.#options = options;
    this.#drainMs = options.drainMs ?? defaultDrainMs;
    this.#runningCalls = this.#drainMs > 0 ? new RunningCalls(registry) : undefined;
    this.#stops = [tracker.attach({ registry })];
  }

  onModuleInit(): void {
    const { events = true } = this.#options;
    if (events !== false) this.#stops.push(emitEvents(this.#container, this.#registry, events));
  }

  async onApplicationShutdown(): Promise<void> {
    const open = (await this.#runningCalls?.drain(this.#drainMs)) ?? [];
    if (open.length > 0) this.#logger.warn(report(open, this.#drainMs));
    this.#runningCalls?.stop();
    for (const stop of this.#stops) stop();
    this.#binder.release();
  }
}

function report(open: readonly RunningCall[], drainMs: number): string {
  const lines = open.slice(0, listedCalls).map(({ operation, policy, key, attempts }) => {
    const state = attempts === 0 ? 'waits' : `attempt ${attempts}`;
    return `${operation ?? 'a call'} (policy '${policy}'${key === undefined ? '' : `, key '${key}'`}, ${state})`;
  });
  const rest = open.length - lines.length;
  const more = rest > 0 ? `, and ${rest} more` : '';
  const [calls, were] = open.length === 1 ? ['call', 'was'] : ['calls', 'were'];
  return `${open.length} ${calls} ${were} still open ${drainMs} ms after the shutdown began: ${lines.join(', ')}${more}`;
}
