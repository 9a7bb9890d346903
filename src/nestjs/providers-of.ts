import type { ModulesContainer } from '@nestjs/core';

type Container = Pick<ModulesContainer, 'values'>;
type NestModule = ModulesContainer extends Map<string, infer Module> ? Module : never;

/** Nest's record of one provider, controller or enhancer of an application. */
export type Provider = NestModule['providers'] extends Map<unknown, infer Wrapper> ? Wrapper : never;

/** The class of a provider or of an instance. */
export type AnyClass = abstract new (...args: never[]) => object;

/** Everything that an application instantiates, each once. */
export function providersOf(container: Container): Provider[] {
  const modules = [...container.values()];
  return modules
    .flatMap(({ providers, controllers, injectables }) => [
      ...providers.values(),
      ...controllers.values(),
      ...injectables.values(),
    ])
    .filter(({ isAlias }) => !isAlias);
}

/** The class of a provider that Nest constructs by itself. */
export function classOf(provider: Provider): AnyClass | undefined {
  const { metatype, inject } = provider;
  const isClass = typeof metatype === 'function' && !inject && typeof metatype.prototype === 'object';
  return isClass ? (metatype as unknown as AnyClass) : undefined;
}

/** The instances that already exist: the one of static scope, or the given value. */
export function instancesOf(provider: Provider): object[] {
  const transient = provider.getStaticTransientInstances().map((host) => host?.instance);
  return [provider.instance, ...transient].filter(
    (instance: unknown) => typeof instance === 'object' && instance !== null,
  );
}

interface MetadataReflect {
  getMetadata?(key: string, target: object): unknown;
}

/** The tokens that a provider injects with `@Inject` or through its factory's `inject` list. */
export function tokensWantedBy(provider: Provider): unknown[] {
  if (provider.inject) {
    return provider.inject.map((item: unknown) =>
      typeof item === 'object' && item !== null && 'token' in item ? item.token : item,
    );
  }
  const target = classOf(provider);
  if (!target) return [];
  const read = (key: string, field: string): unknown[] => {
    const entries = (Reflect as MetadataReflect).getMetadata?.(key, target);
    return Array.isArray(entries)
      ? entries.map((entry: unknown) => (entry as Record<string, unknown> | null)?.[field])
      : [];
  };
  // As recorded by Nest's own @Inject.
  return [...read('self:paramtypes', 'param'), ...read('self:properties_metadata', 'type')];
}

/** The name of a provider, for messages. */
export function nameOf(provider: Provider): string {
  return typeof provider.name === 'string' ? provider.name : String(provider.token);
}
