import type { ModulesContainer } from '@nestjs/core';
import type { Clock } from '../core/time/clock.js';
import { operationOf } from '../decorators/operation.js';
import { isPolicy } from '../policies/is-policy.js';
import { ErrorTracker } from '../observability/error-tracker.js';
import { checkListener } from '../observability/on-resilience-event.js';
import { PolicyRegistry } from '../policies/policy-registry.js';
import { checkOptions } from './check-options.js';
import { classOf, instancesOf, nameOf, type Provider, providersOf, tokensWantedBy } from './providers-of.js';
import { ResilienceFeature } from './resilience-feature.js';
import type { ResilienceModuleOptions } from './resilience-module-options.js';
import { resilientMethodsOf } from './resilient-methods-of.js';
import { StartFaults } from './start-faults.js';
import { getOptionsToken, nameInToken } from './tokens.js';

/**
 * Creates the registry of an application, with the policies and rules of all its modules.
 *
 * @throws TypeError or RangeError that lists everything that keeps the application from starting.
 */
export function createRegistry(
  given: ResilienceModuleOptions,
  clock: Clock | undefined,
  container: ModulesContainer,
): PolicyRegistry {
  const options = checkOptions(given);
  const faults = new StartFaults();
  const providers = providersOf(container);
  const { coordinator, random, unknownPolicies = 'refuse' } = options;
  let registry = options.registry ?? new PolicyRegistry();
  if (!options.registry)
    faults.try('options', () => (registry = new PolicyRegistry({ clock, coordinator, random })));
  faults.try('errorTracker', () => new ErrorTracker(options.errorTracker));
  if (Array.isArray(options.events))
    faults.try('events', () => checkListener(options.events as string[], String));
  const roots = providers.filter(({ token }) => token === getOptionsToken());
  if (roots.length > 1) {
    faults.add('forRoot or forRootAsync is imported more than once; use forFeature in the other modules');
  }
  definePolicies(registry, options, providers, faults);
  for (const [index, [errorClass, rule]] of (options.errors ?? []).entries()) {
    faults.try(`errors[${index}]`, () => registry.forError(errorClass, rule));
  }
  useOverrides(registry, providers, faults);
  const unknown = namesInUse(providers).filter(({ name }) => !registry.has(name));
  if (unknownPolicies === 'define') for (const { name } of unknown) registry.define(name, {});
  if (unknownPolicies === 'refuse') {
    const known = registry.names().map((name) => `'${name}'`);
    const have = known.length > 0 ? `known names are ${known.join(', ')}` : 'no policy is defined';
    // A policy with wrong options has been reported already.
    const meant = new Set(allDefinitions(options, providers).map(({ name }) => name));
    for (const { name, user } of unknown) {
      if (!meant.has(name)) faults.add(`${user} names policy '${name}', which no module defines; ${have}`);
    }
  }
  faults.raise();
  return registry;
}

/** Adds the policies of a module that was loaded after the start. */
export function defineFeature(registry: PolicyRegistry, { options }: ResilienceFeature): void {
  const faults = new StartFaults();
  for (const [name, policy] of Object.entries(options.policies ?? {})) {
    if (!registry.has(name)) faults.try(`policies.${name}`, () => registry.define(name, policy));
  }
  faults.raise();
}

function allDefinitions(
  root: ResilienceModuleOptions,
  providers: readonly Provider[],
): { name: string; policy: never }[] {
  const features = providers.flatMap((provider) =>
    instancesOf(provider).filter((instance) => instance instanceof ResilienceFeature),
  );
  return [root, ...new Set(features.map(({ options }) => options))].flatMap(({ policies }) =>
    Object.entries(policies ?? {}).map(([name, policy]) => ({ name, policy: policy as never })),
  );
}

function definePolicies(
  registry: PolicyRegistry,
  options: ResilienceModuleOptions,
  providers: readonly Provider[],
  faults: StartFaults,
): void {
  const defined = new Map<string, unknown>();
  for (const { name, policy } of allDefinitions(options, providers)) {
    // The same module may be imported in several places.
    if (defined.has(name) && defined.get(name) === policy) continue;
    if (defined.has(name)) {
      faults.add(`policies.${name}: two modules define it; give one of them another name`);
    } else faults.try(`policies.${name}`, () => registry.define(name, policy));
    defined.set(name, policy);
  }
}

/** If a test overrides the token of a policy, the decorators that use its name get the override too. */
function useOverrides(registry: PolicyRegistry, providers: readonly Provider[], faults: StartFaults): void {
  for (const { token, isNotMetatype, instance } of providers) {
    const name = nameInToken(token);
    if (name === undefined || !isNotMetatype || !isPolicy(instance)) continue;
    if (!registry.has(name) || registry.get(name) !== instance) {
      faults.try(`policies.${name}`, () => registry.define(name, instance));
    }
  }
}

/** Every policy name that a decorator or an injection of the application uses, with its user. */
function namesInUse(providers: readonly Provider[]): { name: string; user: string }[] {
  return providers.flatMap((provider) => {
    const injected = tokensWantedBy(provider).map((token) => ({
      name: nameInToken(token),
      user: nameOf(provider),
    }));
    const decorated = resilientMethodsOf(classOf(provider) ?? Object).map((layer) => ({
      name: layer.settings.policyName,
      user: operationOf(layer),
    }));
    return [...injected, ...decorated].filter((use) => isNamed(use));
  });
}

function isNamed(use: { name: string | undefined; user: string }): use is { name: string; user: string } {
  return use.name !== undefined;
}
