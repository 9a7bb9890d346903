import { WeakList } from '../core/weak-list.js';
import type { IPolicy } from 'cockatiel';
import type { OrderGuard } from '../orders/order-guard.js';
import type { ResilientOptions } from './resilient-options.js';

/** The type of any method, as decorators handle it. */
export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/** {@link ResilientOptions} as they are called: with any `this` and any arguments. */
export type UncheckedOptions = ResilientOptions<unknown, unknown[]>;

/** Finds the policy of a call. */
export type PolicySource = (layer: MethodLayer, self: unknown) => IPolicy;

/** The settings of one decorator, shared by all calls that it covers. */
export interface CallSettings {
  readonly source: PolicySource;
  /** The name under which the policy is looked up, if it was given by name. */
  readonly policyName: string | undefined;
  readonly options: UncheckedOptions;
  /** Executes the calls if they have order safety. */
  readonly guard: OrderGuard<unknown, unknown[], unknown> | undefined;
}

/** One decorated method: where it is defined, and the settings for its calls. */
export interface MethodLayer {
  readonly settings: CallSettings;
  /** The name of the method, starting with `#` if it is private; `undefined` for a function without a class. */
  readonly method: PropertyKey | undefined;
  /** The name of a function that `resilient` wraps. */
  readonly functionName: string | undefined;
  readonly isStatic: boolean;
  readonly isPrivate: boolean;
  readonly attachedTo: 'method' | 'field' | 'class' | 'function';
  /** The prototype, or the class of a static method. With standard decorators, known from the first instance. */
  home: object | undefined;
  /** The name in errors and events, fixed at the first call. */
  operation: string | undefined;
  /** The object last seen with a single definition of the method in its chain: no `super` call can come from there. */
  soleOwner: object | undefined;
  /** Whether an instance has a field of the same name, which may call `super`. */
  isOverriddenByField: boolean;
}

const byWrapper: WeakMap<object, MethodLayer> = new WeakMap();
const byHome: WeakMap<object, Map<PropertyKey, MethodLayer>> = new WeakMap();

/** Records the layer of a wrapper. */
export function bindWrapper(wrapper: object, layer: MethodLayer): void {
  byWrapper.set(wrapper, layer);
}

/** Records where the method of a layer is defined. */
export function bindHome(layer: MethodLayer, home: object): void {
  layer.home = home;
  if (layer.method === undefined || layer.isPrivate) return;
  const methods = byHome.get(home) ?? new Map<PropertyKey, MethodLayer>();
  byHome.set(home, methods.set(layer.method, layer));
}

/** The layer of a function, or of the wrapper that it inherits from. */
export function layerOf(fn: unknown): MethodLayer | undefined {
  return functionChain(fn)
    .map((link) => byWrapper.get(link))
    .find((layer) => layer !== undefined);
}

/** The layer of a method that `owner` itself defines, even if another decorator's wrapper covers ours. */
export function layerAt(owner: object, method: PropertyKey): MethodLayer | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(owner, method);
  if (!descriptor) return undefined;
  return layerOf(descriptor.value) ?? byHome.get(owner)?.get(method);
}

/** An object and its prototypes, as far as they define a property themselves, the most derived first. */
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

/** Adds a layer to the list of all layers, which drops it together with its class. */
export function listLayer(layer: MethodLayer): void {
  layers ??= new WeakList();
  layers.add(layer);
}

/** All layers whose class is still in use, in the order of decoration. */
export function listedLayers(): MethodLayer[] {
  return [...(layers ?? [])];
}
