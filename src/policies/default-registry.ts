import { PolicyRegistry } from './policy-registry.js';

/** The registry of decorators that name no other. */
export const defaultRegistry: PolicyRegistry = new PolicyRegistry();
