import 'reflect-metadata';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  getResilienceMetadata,
  NotResilient,
  Resilient,
  WEEXRequestError,
  WEEXSystemError,
} from '../../../src/index.js';
import { recordingPolicy } from '../recording-policy.js';
import type { AnyDecorator, Kit, SharedFixture } from './shared-fixture.js';

const policy = recordingPolicy();

const tag =
  (name: string): AnyDecorator =>
  (target, _where, descriptor) => {
    const method = (descriptor ? descriptor.value : target) as object | undefined;
    if (method !== undefined) {
      Reflect.defineMetadata(`tag:${name}`, name, method);
      Object.assign(method, { [`is-${name}`]: true });
    }
    return undefined as never;
  };

const trace = (): AnyDecorator => (target, _where, descriptor) => {
  const original = (descriptor ? descriptor.value : target) as (...args: unknown[]) => unknown;
  function traced(this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(original, this, args);
  }
  return (descriptor ? { ...descriptor, value: traced } : traced) as never;
};

/** What the classes of a fixture are decorated with. */
export const kit: Kit = { Resilient, NotResilient, policy, tag, trace };

/** How often the recording policy is entered meanwhile. */
export async function layersOf(work: () => unknown): Promise<number> {
  const before = policy.entered;
  await work();
  return policy.entered - before;
}

/** Declares the tests of what every compiler's output must do. */
export function describeShared(title: string, load: () => Promise<SharedFixture>): void {
  describe(title, () => {
    let fixture: SharedFixture;
    beforeEach(async () => {
      fixture ??= await load();
    });

    it('keeps this and the arguments as they were passed', async () => {
      const trading = new fixture.Trading();
      expect(await trading.whoAmI('BTC')).toEqual([trading, 1, ['BTC', undefined]]);
      expect(await trading.whoAmI('BTC', undefined)).toEqual([trading, 2, ['BTC', undefined]]);
      expect(await trading.whoAmI('BTC', 5, 'x', 'y')).toEqual([trading, 4, ['BTC', 5, 'x', 'y']]);
      expect(await layersOf(() => trading.whoAmI('BTC'))).toBe(1);
    });

    it('keeps the descriptor, name and length of a method', () => {
      const { whoAmI } = fixture.Trading.prototype;
      expect(whoAmI.name).toBe('whoAmI');
      expect(whoAmI.length).toBe(2);
      expect(Object.keys(fixture.Trading.prototype)).toEqual([]);
      expect(() => Reflect.construct(whoAmI, [])).toThrow(/not a constructor/);
    });

    it('makes a failed call again, and only what a retry can mend', async () => {
      const failTwice = (attempt: number): void => {
        if (attempt < 3) throw new WEEXSystemError('busy', { code: 50001, executionStatus: 'not-executed' });
      };
      expect(await new fixture.Trading().flaky(failTwice)).toBe('A');
      const trading = new fixture.Trading();
      const refuse = (): never => {
        throw new WEEXRequestError('bad symbol');
      };
      await expect(trading.flaky(refuse)).rejects.toThrow('bad symbol');
      expect(trading.failures).toBe(1);
    });

    it('turns what a method throws before its promise into a rejection', async () => {
      expect(await new fixture.Trading().plain(1)).toBe(1);
      await expect(new fixture.Trading().plain(-1)).rejects.toThrow(RangeError);
    });

    it('decorates static methods', async () => {
      const { Trading } = fixture;
      expect(await layersOf(async () => expect(await Trading.create('B')).toEqual([Trading, 'B']))).toBe(1);
      expect(getResilienceMetadata(Trading, 'create')).toMatchObject({ isStatic: true, method: 'create' });
    });

    it('calls a detached method without its this, and with a this that is given', async () => {
      const { whoAmI } = fixture.Trading.prototype;
      expect((await whoAmI.call(undefined as never, 'BTC'))[0]).toBeUndefined();
      const stranger = {};
      expect((await whoAmI.call(stranger as never, 'BTC'))[0]).toBe(stranger);
      expect((await whoAmI.bind(stranger as never)('BTC'))[0]).toBe(stranger);
    });

    it('shows metadata and properties that other decorators put on the method, above and below', () => {
      const { tagged } = fixture.Trading.prototype;
      for (const place of ['above', 'below']) {
        expect(Reflect.getMetadata(`tag:${place}`, tagged)).toBe(place);
        expect(Reflect.hasOwnMetadata(`tag:${place}`, tagged)).toBe(true);
        expect(Object.keys(tagged)).toContain(`is-${place}`);
      }
      expect(tagged.name).toBe('tagged');
    });

    it('runs an override and the method it calls by super in one layer', async () => {
      const margin = new fixture.Margin();
      expect(await layersOf(async () => expect((await margin.whoAmI('BTC', 1))[0]).toBe(margin))).toBe(1);
      expect(await layersOf(async () => expect(await margin.traced(1)).toBe(2))).toBe(1);
      expect(await layersOf(() => fixture.Margin.create('B'))).toBe(1);
      expect(await layersOf(() => new fixture.Mixed().whoAmI('BTC'))).toBe(1);
    });

    it('keeps the one layer that a plain override leaves', async () => {
      const margin = new fixture.Margin();
      expect(await layersOf(async () => expect(await margin.tagged(1, 2)).toBe(30))).toBe(1);
      expect(await layersOf(() => new fixture.Isolated().whoAmI('BTC'))).toBe(1);
      expect(await layersOf(() => new fixture.Isolated().baseWhoAmI('BTC'))).toBe(1);
    });

    it('counts layers a call, not an instance: calls at the same time have one each', async () => {
      const margin = new fixture.Margin();
      const calls = () => Promise.all([1, 2, 3].map(() => margin.whoAmI('BTC')));
      expect(await layersOf(calls)).toBe(3);
      expect(await layersOf(calls)).toBe(3);
      expect(await layersOf(() => Promise.all([margin.baseWhoAmI('BTC'), margin.whoAmI('BTC')]))).toBe(2);
      expect(
        await layersOf(() => Promise.all([margin.whoAmI('BTC'), new fixture.Margin().whoAmI('X')])),
      ).toBe(2);
    });

    it('covers the async methods of a class, but for those that say otherwise', async () => {
      const { Prices } = fixture;
      const prices = new Prices();
      expect(await layersOf(async () => expect(await prices.last('BTC')).toBe('SBTC'))).toBe(1);
      expect(await layersOf(async () => expect(await prices.remembered('BTC')).toBe('SBTC'))).toBe(0);
      expect(await layersOf(async () => expect(await prices.own('BTC')).toBe('SBTC'))).toBe(0);
      expect(await layersOf(async () => expect(await Prices.load()).toBe(Prices))).toBe(1);
      expect(prices.now()).toBe(1);
      expect(prices.size).toBe(2);
      expect(prices).toBeInstanceOf(Prices);
      const attached = (method: string) => getResilienceMetadata(Prices, method)?.attachedTo;
      expect(['last', 'own', 'load'].map(attached)).toEqual(['class', 'method', 'class']);
      expect(['remembered', 'now', 'size'].map(attached)).toEqual([undefined, undefined, undefined]);
    });

    it('tells what is attached, also under another decorator, and nothing of plain methods', () => {
      const { Trading, Margin } = fixture;
      const margin = new Margin();
      const names = ['whoAmI', 'flaky', 'plain', 'traced'] as const;
      for (const method of names) {
        const metadata = getResilienceMetadata(new Trading(), method);
        expect(metadata?.operation).toMatch(new RegExp(`^_?Trading\\.${method}$`));
        expect(getResilienceMetadata(Trading, method)).toEqual(metadata);
        expect(getResilienceMetadata(Trading.prototype, method)).toEqual(metadata);
      }
      expect(getResilienceMetadata(margin, 'whoAmI')?.operation).toMatch(/^_?Margin\.whoAmI$/);
      expect(getResilienceMetadata(margin, 'plain')?.operation).toMatch(/^_?Trading\.plain$/);
      for (const plain of ['tagged', 'undecorated', 'baseWhoAmI', 'absent']) {
        expect(getResilienceMetadata(margin, plain)).toBeUndefined();
      }
    });
  });
}
