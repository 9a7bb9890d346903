import { WeakList } from '../core/weak-list.js';
import type { IPolicy } from 'cockatiel';
import type { OrderGuard } from '../orders/order-guard.js';
import type { ResilientOptions } from './resilient-options.js';

/** A method as the decorators see it. */
export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/** {@link ResilientOptions} as they are called: with any `this` and any arguments. */
export type UncheckedOptions = ResilientOptions<unknown, unknown[]>;

/** Finds the policy of a call. */
export type PolicySource = (layer: MethodLayer, self: unknown) => IPolicy;

/** What one use of a decorator says of all the calls that it covers. */
export interface CallSettings {
  readonly source: PolicySource;
  /** The name under which the policy is looked up, where it is. */
  readonly policyName: string | undefined;
  readonly options: UncheckedOptions;
  /** Executes the calls, where they have order safety. */
  readonly guard: OrderGuard<unknown, unknown[], unknown> | undefined;
}

/** One decorated method: where it stands, and the settings that its calls follow. */
export interface MethodLayer {
  readonly settings: CallSettings;
  /** The name of the method; a private one begins with `#`; `undefined` for a function without a class. */
  readonly method: PropertyKey | undefined;
  /** The name of a function that `resilient` wraps. */
  readonly functionName: string | undefined;
  readonly isStatic: boolean;
  readonly isPrivate: boolean;
  readonly attachedTo: 'method' | 'field' | 'class' | 'function';
  /** The prototype, or the class of a static method. The standard dialect tells it with the first instance. */
  home: object | undefined;
  /** The name in errors and events, fixed at the first call. */
  operation: string | undefined;
  /** The owner last seen to define the method once only: no `super` call can come from there. */
  soleOwner: object | undefined;
  /** An instance has a field of the same name, which may call `super`. */
  isOverriddenByField: boolean;
}

const byWrapper: WeakMap<object, MethodLayer> = new WeakMap();
const byHome: WeakMap<object, Map<PropertyKey, MethodLayer>> = new WeakMap();

/** Remembers which layer a wrapper belongs to. */
export function bindWrapper(wrapper: object, layer: MethodLayer): void {
  byWrapper.set(wrapper, layer);
}

/** Remembers where the method of a layer is defined. */
export function bindHome(layer: MethodLayer, home: object): void {
  layer.home = home;
  if (layer.method === undefined || layer.isPrivate) return;
  const methods = byHome.get(home) ?? new Map<PropertyKey, MethodLayer>();
  byHome.set(home, methods.set(layer.method, layer));
}

/** The layer of a function, also of a wrapper that inherits from ours. */
export function layerOf(fn: unknown): MethodLayer | undefined {
  return functionChain(fn)
    .map((link) => byWrapper.get(link))
    .find((layer) => layer !== undefined);
}

/** The layer of a method that `owner` itself defines, also where a wrapper that knows nothing of ours covers it. */
export function layerAt(owner: object, method: PropertyKey): MethodLayer | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(owner, method);
  if (!descriptor) return undefined;
  return layerOf(descriptor.value) ?? byHome.get(owner)?.get(method);
}

/** An object and its prototypes, where they define a property themselves, the most derived first. */
export function ownersOf(target: object, property: PropertyKey): object[] {
  const owners: object[] = [];
  for (let link: object | null = target; link !== null; link = prototypeOf(link)) {
    if (Object.hasOwn(link, property)) owners.push(link);
  }
  return owners;
}

/** A function and the functions that it inherits from. */
export function functionChain(fn: unknown): object[] {
  const chain: object[] = [];
  for (let link = fn; typeof link === 'function'; link = prototypeOf(link)) chain.push(link);
  return chain;
}

/** The prototype of an object, typed. */
export function prototypeOf(target: object): object | null {
  return Object.getPrototypeOf(target) as object | null;
}

let layers: WeakList<MethodLayer> | undefined;

/** Adds a layer to the list of all layers, which forgets it with its class. */
export function listLayer(layer: MethodLayer): void {
  layers ??= new WeakList();
  layers.add(layer);
}

/** All layers whose class is still in use, in the order of decoration. */
export function listedLayers(): MethodLayer[] {
  return [...(layers ?? [])];
}
