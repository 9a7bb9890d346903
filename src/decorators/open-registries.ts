import type { PolicyRegistry } from '../policies/policy-registry.js';

const open: PolicyRegistry[] = [];

/** Announces the registry of an application; returns a function to call when the application closes. */
export function openRegistry(registry: PolicyRegistry): () => void {
  open.push(registry);
  let isOpen = true;
  return () => {
    if (isOpen) open.splice(open.indexOf(registry), 1);
    isOpen = false;
  };
}

/** Returns the registries of the open applications, each once. */
export function openRegistries(): readonly PolicyRegistry[] {
  return open.length > 1 ? [...new Set(open)] : open;
}
