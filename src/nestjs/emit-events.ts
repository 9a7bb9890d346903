import type { ModulesContainer } from '@nestjs/core';
import type { ResilienceEvent, ResilienceEventType } from '../observability/events.js';
import { onResilienceEvent } from '../observability/on-resilience-event.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import { providersOf } from './providers-of.js';
import { resilienceEventName } from './resilience-event-name.js';

interface Emitter {
  emit(name: string, event: ResilienceEvent): unknown;
}

/** Forwards the events of a registry to the application's `EventEmitter2`, if it has one. */
export function emitEvents(
  container: ModulesContainer,
  registry: PolicyRegistry,
  types: true | readonly ResilienceEventType[],
): () => void {
  const emitter = emitterOf(container);
  if (!emitter) return () => undefined;
  const pass = (event: ResilienceEvent): unknown => emitter.emit(resilienceEventName(event.type), event);
  const stops =
    types === true
      ? [onResilienceEvent('*', pass, { registry })]
      : types.map((type) => onResilienceEvent(type, pass, { registry }));
  return () => {
    for (const stop of stops) stop();
  };
}

// Found by its methods: the package is an optional peer dependency that may be missing.
function emitterOf(container: ModulesContainer): Emitter | undefined {
  const provider = providersOf(container).find(
    ({ token, instance }) =>
      typeof token === 'function' && token.name.startsWith('EventEmitter') && isEventEmitter2(instance),
  );
  return provider?.instance as Emitter | undefined;
}

function isEventEmitter2(instance: unknown): boolean {
  const { emit, onAny } = (instance ?? {}) as { readonly emit?: unknown; readonly onAny?: unknown };
  return typeof emit === 'function' && typeof onAny === 'function';
}
