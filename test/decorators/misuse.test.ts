import { describe, expect, it } from 'vitest';
import { PolicyRegistry, setInstanceRegistry } from '../../src/index.js';

describe('setInstanceRegistry', () => {
  it('names what is not an instance and what is not a registry', () => {
    const set = setInstanceRegistry as (target: unknown, registry: unknown) => void;
    expect(() => set(5, new PolicyRegistry())).toThrow(
      new TypeError(
        'Cannot set the registry of an instance: the target must be an instance or a class, received 5',
      ),
    );
    expect(() => set({}, {})).toThrow(
      new TypeError(
        'Cannot set the registry of an instance: the registry must be a PolicyRegistry, received an object',
      ),
    );
    expect(() => set(undefined, null)).toThrow(
      /received undefined\n- the registry must be .*, received null$/,
    );
  });
});
