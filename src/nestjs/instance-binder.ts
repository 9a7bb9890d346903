import { isPromiseLike } from '../core/is-promise-like.js';
import type { ModulesContainer } from '@nestjs/core';
import { forgetRegistry, ownRegistry, setInstanceRegistry } from '../decorators/instance-registry.js';
import { openRegistry } from '../decorators/open-registries.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import { type AnyClass, classOf, instancesOf, type Provider, providersOf } from './providers-of.js';
import { isResilientClass } from './resilient-methods-of.js';

/**
 * Sets the application's registry on its instances, whatever their scope, so that `@Resilient('name')` finds it.
 *
 * A class that only one application of the process uses is bound as a class. A class that another application has
 * already bound is bound instance by instance, when Nest constructs each instance. Until `release`, the registry also
 * serves objects that no application knows, if no other application is open.
 */
export class InstanceBinder {
  readonly #container: ModulesContainer;
  readonly #registry: PolicyRegistry;
  readonly #close: () => void;
  readonly #seen: WeakSet<Provider> = new WeakSet();
  readonly #classes: Set<AnyClass> = new Set();

  constructor(container: ModulesContainer, registry: PolicyRegistry) {
    this.#container = container;
    this.#registry = registry;
    this.#close = openRegistry(registry);
    this.bindAll();
  }

  /** Binds everything that exists and is not bound yet; called again after a module was loaded lazily. */
  bindAll(): void {
    for (const provider of providersOf(this.#container)) {
      if (this.#seen.has(provider)) continue;
      this.#seen.add(provider);
      this.#bind(provider);
    }
  }

  /** Releases the classes for other applications; instances that live on stay bound to this one. */
  release(): void {
    for (const provider of providersOf(this.#container)) {
      const target = classOf(provider);
      if (target && this.#classes.has(target)) instancesOf(provider).forEach(this.#adopt);
    }
    for (const target of this.#classes) forgetRegistry(target, this.#registry);
    this.#classes.clear();
    this.#close();
  }

  #bind(provider: Provider): void {
    const target = classOf(provider);
    if (target) this.#bindClass(provider, target);
    else this.#bindMade(provider);
  }

  #bindClass(provider: Provider, target: AnyClass): void {
    if (!isResilientClass(target)) return;
    if (!ownRegistry(target)) {
      setInstanceRegistry(target, this.#registry);
      this.#classes.add(target);
    }
    if (ownRegistry(target) === this.#registry) return;
    instancesOf(provider).forEach(this.#adopt);
    provider.metatype = adopting(target, this.#adopt);
  }

  /** Binds a factory's product, or a value. */
  #bindMade(provider: Provider): void {
    const adoptResilient = (made: unknown): void => {
      if (typeof made !== 'object' || made === null) return;
      const { constructor } = made;
      if (typeof constructor === 'function' && isResilientClass(constructor)) this.#adopt(made);
    };
    instancesOf(provider).forEach(adoptResilient);
    const { metatype: factory, inject } = provider;
    if (!inject || typeof factory !== 'function') return;
    const make = factory as (...args: unknown[]) => unknown;
    const adopted = async (promise: PromiseLike<unknown>): Promise<unknown> => {
      const made = await promise;
      adoptResilient(made);
      return made;
    };
    provider.metatype = ((...args: unknown[]): unknown => {
      const made = make(...args);
      if (isPromiseLike(made)) return adopted(made);
      adoptResilient(made);
      return made;
    }) as typeof provider.metatype;
  }

  // An instance that already has a registry keeps it.
  readonly #adopt = (instance: object): void => {
    if (!ownRegistry(instance)) setInstanceRegistry(instance, this.#registry);
  };
}

/** The class as this application's Nest sees it: each instance that it constructs is adopted. */
function adopting(target: AnyClass, adopt: (instance: object) => void): AnyClass {
  const proxy: AnyClass = new Proxy(target, {
    construct(original, args, newTarget) {
      const instance = Reflect.construct(
        original,
        args,
        newTarget === proxy ? original : newTarget,
      ) as object;
      adopt(instance);
      return instance;
    },
    // reflect-metadata looks up by identity, then along the prototypes.
    getPrototypeOf: (original) => original,
  });
  return proxy;
}
