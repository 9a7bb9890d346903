import { beforeEach, describe, expect, it } from 'vitest';
import { getResilienceMetadata, listResilientMethods } from '../../src/index.js';
import { compilers, load } from '../decorators/compilers/compilers.js';
import { kit, layersOf } from '../decorators/compilers/shared-behaviour.js';
import type { defineStandard, StandardFixture } from './standard-fixture.js';

describe.each(Object.keys(compilers))('compiled by %s, standard', (compiler) => {
  let fixture: StandardFixture;
  beforeEach(async () => {
    const file = '../../standard-decorators/standard-fixture.ts';
    fixture ??= (
      await load<{ defineStandard: typeof defineStandard }>(compiler, 'standard', file)
    ).defineStandard(kit);
  });

  it('decorates private methods', async () => {
    const signer = new fixture.Signer();
    expect(await layersOf(async () => expect(await signer.sign('x')).toBe('Sx'))).toBe(1);
    expect(getResilienceMetadata(signer, 'sign')).toBeUndefined();
    expect(listResilientMethods().some(({ method }) => method === '#sign')).toBe(true);
  });

  it('decorates private static methods', async () => {
    const { Signer } = fixture;
    expect(await layersOf(async () => expect(await Signer.load('x')).toEqual([Signer, 'x']))).toBe(1);
  });

  it('decorates functions in fields, which keep the this of their instance', async () => {
    const signer = new fixture.Signer();
    const { send } = signer;
    expect(await layersOf(async () => expect(await send('x')).toEqual([signer, 'x']))).toBe(1);
    expect(send.name).toBe('send');
    expect(send.length).toBe(1);
    expect(getResilienceMetadata(signer, 'send')).toMatchObject({ attachedTo: 'field', method: 'send' });
    expect(getResilienceMetadata(fixture.Signer, 'send')).toBeUndefined();
    expect(await layersOf(async () => expect(await fixture.Signer.boot()).toBe('booted'))).toBe(1);
  });

  it('runs a field that overrides a method, and the method it calls by super, in one layer', async () => {
    const signer = new fixture.Signer();
    expect(await layersOf(() => signer.verify('x'))).toBe(1);
    const quick = new fixture.QuickSigner();
    expect(await layersOf(async () => expect(await quick.verify('x')).toBe('quick Sx'))).toBe(1);
    expect(await layersOf(() => signer.verify('x'))).toBe(1);
  });
});
