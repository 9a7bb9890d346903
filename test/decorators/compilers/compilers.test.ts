import { expect, it } from 'vitest';
import { getResilienceMetadata } from '../../../src/index.js';
import { compilers, type Dialect, load } from './compilers.js';
import { describeShared, kit, layersOf } from './shared-behaviour.js';
import { defineShared } from './shared-fixture.js';
import * as misuseFixture from './misuse-fixture.js';
import * as symbolFixture from './symbol-fixture.js';

const dialects: readonly Dialect[] = ['legacy', 'standard'];

function testSymbol(title: string, loadFixture: () => Promise<typeof symbolFixture>): void {
  it(`decorates a method named by a symbol, ${title}`, async () => {
    const module = await loadFixture();
    const positions = new (module.defineSymbol(kit))();
    expect(await layersOf(async () => expect(await positions[module.settle]()).toBe('A'))).toBe(1);
    const { operation } = getResilienceMetadata(positions, module.settle) ?? {};
    expect(operation).toMatch(/^_?Positions\[Symbol\(settle\)\]$/);
  });
}

function testMisuse(title: string, loadFixture: () => Promise<typeof misuseFixture>, dialect: Dialect): void {
  it(`says what is wrong with a decorator, ${title}`, async () => {
    const misuses = (await loadFixture()).defineMisuses(kit);
    const write = (decorator: string) => `Cannot use ${decorator} on place: write ${decorator}()`;
    const twice = /^Cannot make _?Trading resilient: it is already resilient; to combine/;
    const bareClass =
      dialect === 'legacy'
        ? /^Cannot use @Resilient: the policy .* function _?Trading; to decorate a class, write @Resilient\(\)$/
        : /^Cannot use @Resilient on _?Trading: write @Resilient\(\)$/;
    const messages: Record<string, string | RegExp> = {
      method: write('@Resilient'),
      static: write('@Resilient'),
      class: bareClass,
      excluded: write('@NotResilient'),
      twice,
      twiceStatic: twice,
    };
    for (const [misuse, define] of Object.entries(misuses)) {
      expect(define, misuse).toThrow(TypeError);
      expect(define, misuse).toThrow(messages[misuse]);
    }
  });
}

// Vitest itself compiles with oxc, which knows legacy decorators only.
describeShared('compiled by oxc, legacy', async () => defineShared(kit));
testSymbol('compiled by oxc, legacy', async () => symbolFixture);
testMisuse('compiled by oxc, legacy', async () => misuseFixture, 'legacy');

for (const compiler of Object.keys(compilers)) {
  for (const dialect of dialects) {
    const title = `compiled by ${compiler}, ${dialect}`;
    describeShared(title, async () => {
      const fixture = 'shared-fixture.ts';
      return (await load<{ defineShared: typeof defineShared }>(compiler, dialect, fixture)).defineShared(
        kit,
      );
    });
    testMisuse(title, () => load(compiler, dialect, 'misuse-fixture.ts'), dialect);
    if (compiler === 'Babel' && dialect === 'legacy') continue;
    testSymbol(title, () => load(compiler, dialect, 'symbol-fixture.ts'));
  }
}
