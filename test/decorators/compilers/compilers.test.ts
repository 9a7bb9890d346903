import { expect, it } from 'vitest';
import { getResilienceMetadata } from '../../../src/index.js';
import { compilers, type Dialect, load } from './compilers.js';
import { describeShared, kit, layersOf } from './shared-behaviour.js';
import { defineShared } from './shared-fixture.js';
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

// Vitest itself compiles with oxc, which knows legacy decorators only.
describeShared('compiled by oxc, legacy', async () => defineShared(kit));
testSymbol('compiled by oxc, legacy', async () => symbolFixture);

for (const compiler of Object.keys(compilers)) {
  for (const dialect of dialects) {
    const title = `compiled by ${compiler}, ${dialect}`;
    describeShared(title, async () => {
      const fixture = 'shared-fixture.ts';
      return (await load<{ defineShared: typeof defineShared }>(compiler, dialect, fixture)).defineShared(
        kit,
      );
    });
    if (compiler === 'Babel' && dialect === 'legacy') continue;
    testSymbol(title, () => load(compiler, dialect, 'symbol-fixture.ts'));
  }
}
