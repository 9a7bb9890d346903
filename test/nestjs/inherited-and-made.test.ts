import { Injectable, type Provider, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  defaultRegistry,
  getResilienceMetadata,
  NotResilient,
  PolicyRegistry,
  Resilient,
  resilient,
  resilienceContext,
  setInstanceRegistry,
  WEEXSystemError,
} from '../../src/index.js';
import { ResilienceModule } from '../../src/nestjs/index.js';

/** Returns the name of the application whose policy ran the call. */
async function application(): Promise<string> {
  expect(resilienceContext()).toBeDefined();
  throw new WEEXSystemError('answered by the fallback', { executionStatus: 'not-executed' });
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function started(name: string, providers: Provider[]) {
  const policies = { market: { fallback: () => name } };
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ policies })],
    providers,
  }).compile();
  open.push(app);
  return app;
}

class Base {
  @Resilient('market')
  async run(): Promise<string> {
    return application();
  }
}

class Loaded extends Base {
  @Resilient('market')
  static async load(): Promise<string> {
    return application();
  }
}

@Injectable()
class Inherits extends Loaded {}

@Injectable()
class Overrides extends Base {
  override async run(): Promise<string> {
    return super.run();
  }
}

@Injectable()
class Excluded extends Base {
  @NotResilient()
  override async run(): Promise<string> {
    return super.run();
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Overrides {}

@Injectable()
class Field extends Base {
  override run = async (): Promise<string> => super.run();
}

class Helper {
  @Resilient('market')
  async run(): Promise<string> {
    return application();
  }
}

@Injectable()
class Owner {
  readonly helper = new Helper();
  readonly base = new Base();
}

describe('a provider that inherits decorated methods', () => {
  it('uses the registry of its application when an override calls super, with two applications', async () => {
    for (const name of ['first', 'second']) {
      const app = await started(name, [
        Overrides,
        Excluded,
        Transient,
        Field,
        { provide: 'MADE', useFactory: () => new Overrides() },
      ]);
      for (const target of [Overrides, Excluded, Field, 'MADE']) {
        expect([target, await app.get<Base>(target).run()]).toEqual([target, name]);
      }
      expect(await (await app.resolve(Transient)).run()).toBe(name);
    }
  });

  it('shares its registry with its subclasses, for static methods and instances', async () => {
    class Derived extends Inherits {}
    await started('first', [Inherits]);
    await started('second', []);
    expect([await Inherits.load(), await Derived.load(), await new Derived().run()]).toEqual(
      Array(3).fill('first'),
    );
  });
});

describe('an object that no application knows', () => {
  const addAll = [Owner, Inherits, { provide: 'LIST', useFactory: () => [{ helper: new Helper() }] }];

  it('uses the registry of the application that is open', async () => {
    const app = await started('only', addAll);
    const { helper, base } = app.get(Owner);
    expect([await helper.run(), await base.run(), await Loaded.load()]).toEqual(Array(3).fill('only'));
    expect(await app.get<{ helper: Helper }[]>('LIST')[0]?.helper.run()).toBe('only');
    expect(await resilient(application, 'market')()).toBe('only');
    expect(getResilienceMetadata(helper, 'run')?.policy).toBeDefined();
  });

  it('is refused with several open applications and with none, and says what to do', async () => {
    const app = await started('first', addAll);
    const other = await started('second', [Inherits]);
    const { helper } = app.get(Owner);
    await expect(helper.run()).rejects.toThrow(
      "Cannot find policy 'market' of Helper.run: no policy is defined in defaultRegistry, and 2 applications are " +
        'open, none of which knows the class. Make it a provider, or set the registry of the instance with ' +
        'setInstanceRegistry()',
    );
    await other.close();
    expect(await helper.run()).toBe('first');
    await app.close();
    await app.close();
    await expect(helper.run()).rejects.toThrow(/ in defaultRegistry\. Define it there, or /);
  });

  it('is refused for a name that the application lacks', async () => {
    class Other {
      @Resilient('orders')
      async run(): Promise<void> {
        await application();
      }
    }
    await started('only', []);
    await expect(new Other().run()).rejects.toThrow(
      "Cannot find policy 'orders' of Other.run: known names are 'market' in the registry of the application",
    );
  });

  it('keeps its own registry, and the policies of defaultRegistry', async () => {
    class Elsewhere {
      @Resilient('defined in defaultRegistry')
      async run(): Promise<string> {
        return application();
      }
    }
    defaultRegistry.define('defined in defaultRegistry', { fallback: () => 'default' });
    const registry = new PolicyRegistry();
    registry.define('market', { fallback: () => 'own' });
    const helper = new Helper();
    setInstanceRegistry(helper, registry);
    await started('only', []);
    expect([await new Elsewhere().run(), await helper.run()]).toEqual(['default', 'own']);
  });
});
