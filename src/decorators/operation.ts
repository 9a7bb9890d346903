import { bindHome, layerOf, type MethodLayer, ownersOf, prototypeOf } from './method-layer.js';

/** The name of a method in errors and events: `Class.method`, or the name of a function. */
export function operationOf(layer: MethodLayer, self?: unknown): string {
  if (layer.operation !== undefined) return layer.operation;
  if (typeof self === 'object' && self !== null) learnHome(layer, self);
  const operation = layer.settings.options.operation ?? qualifiedName(layer);
  if (layer.home !== undefined || layer.method === undefined) layer.operation = operation;
  return operation;
}

/** The name of the class that defines a method, or `undefined` while a standard decorator cannot see it yet. */
export function classNameOf(layer: MethodLayer): string | undefined {
  const { home, isStatic } = layer;
  const owner: unknown = isStatic ? home : home?.constructor;
  return typeof owner === 'function' && owner.name !== '' ? owner.name : undefined;
}

/** Determines from an instance which class defines the method: standard decorators are not given the class. */
export function learnHome(layer: MethodLayer, self: object): void {
  if (layer.home !== undefined || layer.method === undefined) return;
  const home = layer.isPrivate || layer.attachedTo === 'field' ? prototypeOf(self) : definer(layer, self);
  if (home) bindHome(layer, home);
}

function definer(layer: MethodLayer, self: object): object | undefined {
  const { method } = layer;
  const prototype = prototypeOf(self);
  if (method === undefined || prototype === null) return undefined;
  const owners = ownersOf(prototype, method);
  const layers = owners.map((owner) => layerOf(Object.getOwnPropertyDescriptor(owner, method)?.value));
  if (layers.includes(layer)) return owners[layers.indexOf(layer)];
  // Another decorator's function covers ours: certain only if no other class defines the method.
  return owners.length === 1 ? owners[0] : undefined;
}

function qualifiedName(layer: MethodLayer): string {
  const { method } = layer;
  if (method === undefined) return layer.functionName || 'anonymous function';
  const className = classNameOf(layer);
  if (typeof method === 'symbol') return `${className ?? ''}[${String(method)}]`;
  return className === undefined ? String(method) : `${className}.${String(method)}`;
}
