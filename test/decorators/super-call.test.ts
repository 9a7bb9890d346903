import { describe, expect, it } from 'vitest';
import { Resilient } from '../../src/index.js';
import { type RecordingPolicy, recordingPolicy } from './recording-policy.js';

function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}

function classes(base: RecordingPolicy, derived: RecordingPolicy) {
  class Base {
    @Resilient(base)
    async place(): Promise<string> {
      return 'base';
    }
  }
  class Derived extends Base {
    @Resilient(derived)
    override async place(before: Promise<void> = Promise.resolve()): Promise<string> {
      await before;
      return `derived ${await super.place()}`;
    }

    placeAsBase(): Promise<string> {
      return super.place();
    }
  }
  return { Base, Derived };
}

describe('super in a resilient method', () => {
  it('runs only under the policy of the override, however long the override waited', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    const { Derived } = classes(base, derived);
    const { open, opened } = gate();
    const calls = [new Derived().place(opened), new Derived().place(opened)];
    await Promise.resolve();
    open();
    expect(await Promise.all(calls)).toEqual(['derived base', 'derived base']);
    expect([base.entered, derived.entered]).toEqual([0, 2]);
  });

  it('leaves a base method called on its own its policy, before, during and after an override', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    const { Base, Derived } = classes(base, derived);
    const instance = new Derived();
    await instance.placeAsBase();
    expect([base.entered, derived.entered]).toEqual([1, 0]);
    const { open, opened } = gate();
    const running = instance.place(opened);
    await new Base().place();
    await new Derived().placeAsBase();
    expect([base.entered, derived.entered]).toEqual([3, 1]);
    open();
    await running;
    await instance.placeAsBase();
    expect([base.entered, derived.entered]).toEqual([4, 1]);
  });

  it('runs an override under its own layer while the base method of the same instance runs', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    const { open, opened } = gate();
    class Base {
      @Resilient(base)
      async place(): Promise<string> {
        await opened;
        return 'base';
      }
    }
    class Derived extends Base {
      @Resilient(derived)
      override async place(): Promise<string> {
        return 'derived';
      }

      placeAsBase(): Promise<string> {
        return super.place();
      }
    }
    const instance = new Derived();
    const running = instance.placeAsBase();
    expect(await instance.place()).toBe('derived');
    expect([base.entered, derived.entered]).toEqual([1, 1]);
    open();
    expect(await running).toBe('base');
  });

  it('forgets an override that threw before its first promise', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    class Base {
      @Resilient(base)
      async place(): Promise<string> {
        return 'base';
      }
    }
    class Derived extends Base {
      @Resilient(derived)
      override place(): Promise<string> {
        throw new RangeError('before');
      }

      placeAsBase(): Promise<string> {
        return super.place();
      }
    }
    const instance = new Derived();
    await expect(instance.place()).rejects.toThrow('before');
    expect(await instance.placeAsBase()).toBe('base');
    expect(base.entered).toBe(1);
  });

  it('adds a layer for a method of another name', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    class Base {
      @Resilient(base)
      async place(): Promise<string> {
        return 'base';
      }
    }
    class Derived extends Base {
      @Resilient(derived)
      async placeTwice(): Promise<string[]> {
        return [await super.place(), await this.place()];
      }
    }
    expect(await new Derived().placeTwice()).toEqual(['base', 'base']);
    expect([base.entered, derived.entered]).toEqual([2, 1]);
  });

  it('runs each recursive call in its own layer', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    const { Base } = classes(base, derived);
    class Recursive extends Base {
      @Resilient(derived)
      async down(from: number): Promise<number> {
        return from === 0 ? 0 : 1 + (await this.down(from - 1));
      }
    }
    expect(await new Recursive().down(3)).toBe(3);
    expect(derived.entered).toBe(4);
  });

  it('works for a base method that is covered by its class', async () => {
    const [base, derived] = [recordingPolicy(), recordingPolicy()];
    @Resilient(base)
    class Base {
      async place(): Promise<string> {
        return 'base';
      }

      async cancel(): Promise<string> {
        return 'cancelled';
      }
    }
    @Resilient(derived)
    class Derived extends Base {
      override async place(): Promise<string> {
        return `derived ${await super.place()}`;
      }
    }
    const instance = new Derived();
    expect(await instance.place()).toBe('derived base');
    expect([base.entered, derived.entered]).toEqual([0, 1]);
    expect(await instance.cancel()).toBe('cancelled');
    expect([base.entered, derived.entered]).toEqual([1, 1]);
  });
});
