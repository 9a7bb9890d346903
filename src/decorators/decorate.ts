import { refuse } from './refuse.js';
import {
  listLayer,
  type AnyMethod,
  bindHome,
  type CallSettings,
  layerAt,
  layerOf,
  type MethodLayer,
  ownersOf,
  prototypeOf,
} from './method-layer.js';
import { isExempt } from './not-resilient.js';
import { learnHome } from './operation.js';
import { wrapMethod } from './wrap-method.js';

const alreadyResilient = "it is already resilient; to combine two policies use cockatiel's wrap()";

type MemberContext = Exclude<DecoratorContext, ClassDecoratorContext>;

/** Decorates a member with a standard decorator. */
export function decorateStandardMember(
  settings: CallSettings,
  value: unknown,
  context: MemberContext,
): unknown {
  const { kind, name } = context;
  if (kind === 'field') return decorateField(settings, context);
  if (kind !== 'method') refuse(context.name, `a ${kind} does not return a promise; decorate a method`);
  const method = promiseMethod(value, name);
  const layer = createLayer(settings, {
    method: name,
    isStatic: context.static,
    isPrivate: context.private,
    attachedTo: 'method',
  });
  context.addInitializer(function (this: unknown) {
    if (context.static) bindHome(layer, this as object);
    else learnHome(layer, this as object);
  });
  return wrapMethod(method, layer);
}

/** Decorates a member with a legacy decorator. */
export function decorateLegacyMember(
  settings: CallSettings,
  target: object,
  method: PropertyKey,
  descriptor: PropertyDescriptor | number | undefined,
): PropertyDescriptor {
  const isStatic = typeof target === 'function';
  const owner = isStatic ? target : target.constructor;
  if (typeof descriptor === 'number')
    refuse(method, 'a parameter cannot be decorated; decorate its method', owner);
  if (descriptor?.get || descriptor?.set)
    refuse(method, 'an accessor does not return a promise; decorate a method', owner);
  if (!descriptor || !('value' in descriptor)) {
    refuse(
      method,
      'legacy decorators cannot see the value of a property; write a method, or use resilient(fn)',
      owner,
    );
  }
  const original = promiseMethod(descriptor.value, method, owner, target);
  const layer = createLayer(settings, { method, isStatic, isPrivate: false, attachedTo: 'method' });
  bindHome(layer, target);
  // Changed in place too: some helpers that compose decorators (`applyDecorators` of NestJS) ignore what they
  // return.
  descriptor.value = wrapMethod(original, layer);
  return descriptor;
}

function decorateField(settings: CallSettings, context: ClassFieldDecoratorContext): unknown {
  const { name } = context;
  const layer = createLayer(settings, {
    method: name,
    isStatic: context.static,
    isPrivate: context.private,
    attachedTo: 'field',
  });
  return function (this: object, initial: unknown): unknown {
    const method = promiseMethod(initial, name, this.constructor);
    if (context.static) bindHome(layer, this);
    else learnHome(layer, this);
    if (!context.private) tellOverridden(prototypeOf(this), name);
    const wrapper = wrapMethod(method, layer);
    // Compilers take the name from the arrow function that is decorated.
    if (method.name === '')
      Object.defineProperty(wrapper, 'name', { value: fieldName(name), configurable: true });
    return wrapper;
  };
}

function tellOverridden(prototype: object | null, name: PropertyKey): void {
  for (const owner of prototype ? ownersOf(prototype, name) : []) {
    const layer = layerAt(owner, name);
    if (layer) layer.isOverriddenByField = true;
  }
}

function fieldName(name: string | symbol): string {
  return typeof name === 'symbol' ? `[${name.description ?? ''}]` : name;
}

/** Decorates the asynchronous methods of a class that have no decorator of their own, for both kinds of decorators. */
export function decorateClass(settings: CallSettings, target: unknown): void {
  if (typeof target !== 'function' || typeof target.prototype !== 'object') {
    throw new TypeError(
      'Cannot use @Resilient here: it decorates classes and methods; for a function use resilient(fn)',
    );
  }
  const single = (['orderSafety', 'operation'] as const).filter(
    (name) => settings.options[name] !== undefined,
  );
  if (single.length > 0) {
    refuse(target.name, `${single.join(' and ')} must be given on a single method, not on a class`);
  }
  const covered = [
    ...coverMethods(settings, target.prototype as object, false),
    ...coverMethods(settings, target, true),
  ];
  if (covered.length === 0) {
    refuse(
      target.name,
      'the class declares no async method; a method that only returns a promise needs a decorator of its own',
    );
  }
}

function coverMethods(settings: CallSettings, home: object, isStatic: boolean): PropertyKey[] {
  const covered: PropertyKey[] = [];
  for (const method of Reflect.ownKeys(home)) {
    const descriptor = Object.getOwnPropertyDescriptor(home, method) as PropertyDescriptor;
    const decorated = layerAt(home, method);
    if (decorated?.attachedTo === 'class' && decorated.home === home) {
      const owner = isStatic ? home : home.constructor;
      refuse((owner as { name: string }).name, alreadyResilient);
    } else if (decorated) {
      bindHome(decorated, home);
    } else if (isExempt(home, method, descriptor.value)) {
      // Its own decorator excludes it.
    } else if (!descriptor.enumerable && isAsync(descriptor.value, home, method)) {
      const layer = createLayer(settings, { method, isStatic, isPrivate: false, attachedTo: 'class' });
      bindHome(layer, home);
      Object.defineProperty(home, method, {
        ...descriptor,
        value: wrapMethod(descriptor.value as AnyMethod, layer),
      });
    } else {
      continue;
    }
    covered.push(method);
  }
  return covered;
}

/** Describes one decorated method and adds it to the list of all. */
export function createLayer(
  settings: CallSettings,
  place: Pick<MethodLayer, 'method' | 'isStatic' | 'isPrivate' | 'attachedTo'> & { functionName?: string },
): MethodLayer {
  const layer: MethodLayer = {
    settings,
    functionName: undefined,
    ...place,
    home: undefined,
    operation: undefined,
    soleOwner: undefined,
    isOverriddenByField: false,
  };
  listLayer(layer);
  return layer;
}

/** The kind of a function; a wrapper that inherits from the function has the same kind. */
function kindOf(fn: unknown): string {
  return Object.prototype.toString.call(fn).slice('[object '.length, -1);
}

/** Returns the function to wrap, or throws if it cannot be made resilient. */
export function promiseMethod(
  value: unknown,
  method: PropertyKey,
  owner?: unknown,
  home?: object,
): AnyMethod {
  if (typeof value !== 'function') refuse(method, `expected a function, received ${typeof value}`, owner);
  if (kindOf(value).endsWith('GeneratorFunction')) {
    refuse(method, 'a generator does not return a promise; decorate a method that does', owner);
  }
  if (layerOf(value) ?? (home && layerAt(home, method))) {
    refuse(method, alreadyResilient, owner);
  }
  if (isExempt(home, method, value)) refuse(method, 'it is also marked @NotResilient', owner);
  return value as AnyMethod;
}

function isAsync(value: unknown, home: object, method: PropertyKey): boolean {
  if (typeof value !== 'function' || method === 'constructor') return false;
  if (kindOf(value) === 'AsyncFunction') return true;
  // Compiled to ES2015 or ES2016 by TypeScript or SWC.
  if (/^[^{]*\{\s*return (?:(?:\w+\.)?__awaiter\(this|_async_to_generator\()/.test(String(value)))
    return true;
  // Another decorator's plain function may wrap an async one; then the emitted return type decides.
  const { getOwnMetadata } = Reflect as {
    getOwnMetadata?: (key: string, target: object, property: PropertyKey) => unknown;
  };
  return getOwnMetadata?.('design:returntype', home, method) === Promise;
}
