import { describe, expect, it } from 'vitest';
import {
  type CallContext,
  currentCallContext,
  runWithCallContext,
} from '../../src/core/context/call-context.js';
import { shareLookup } from '../../src/client/shared-lookup.js';

type Found = ReadonlyMap<string, string | undefined>;
type Read = (ids: ReadonlySet<string>) => Promise<Found>;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const all: Read = async (ids) => new Map([...ids].map((id) => [id, `order ${id}`]));

const callOf = (self: object, id: string) => ({
  self,
  operation: 'contract.findOrder',
  args: [id, 'BTCUSDT'],
  proceed: () => Promise.resolve(undefined),
});

const lookup = () => ({ operation: 'orderSafety.find', signal: new AbortController().signal }) as CallContext;

/** A client whose reads leave the queue when they are told to. */
function createClient() {
  const self = {};
  const queue: (() => void)[] = [];
  const asked: (readonly string[])[] = [];
  const contexts: (CallContext | undefined)[] = [];
  let read: Read = all;
  const find = (
    id: string,
    { operation = 'orderSafety.find', signal = new AbortController().signal } = {},
  ) => {
    const context = { operation, attempt: 0, signal } as CallContext;
    return runWithCallContext(context, () => share(callOf(self, id)));
  };
  let attempts = 1;
  const share = shareLookup(async (_call, send) => {
    contexts.push(currentCallContext());
    for (let attempt = 1; ; attempt += 1) {
      await new Promise<void>((resolve) => {
        queue.push(resolve);
      });
      try {
        return await send((ids) => {
          asked.push([...ids]);
          return read(ids);
        });
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  });
  return {
    find,
    asked,
    contexts,
    reads: (next: Read) => {
      read = next;
    },
    send: () => queue.shift()?.(),
    repeat: (times: number) => {
      attempts = times;
    },
  };
}

describe('orders that are looked up at the same time', () => {
  it('share the read that waits to be sent', async () => {
    const client = createClient();
    client.reads(async (ids) => new Map([...ids].map((id) => [id, id === 'b' ? 'order b' : undefined])));
    const found = ['a', 'b', 'c'].map((id) => client.find(id));
    client.send();
    expect(await Promise.all(found)).toEqual([undefined, 'order b', undefined]);
    expect(client.asked).toEqual([['a', 'b', 'c']]);
  });

  it('do not join a read that was sent earlier, which proves nothing about them', async () => {
    const client = createClient();
    let answer: ((found: Found) => void) | undefined;
    client.reads(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const first = client.find('a');
    client.send();
    await nextTurn();
    const late = client.find('b');
    answer?.(new Map([['a', undefined]]));
    expect(await first).toBeUndefined();
    client.reads(all);
    client.send();
    expect(await late).toBe('order b');
    expect(client.asked).toEqual([['a'], ['b']]);
  });

  it('do not share a read that is sent at once', async () => {
    const self = {};
    const share = shareLookup((_call, send) => send(all));
    const find = (id: string) => runWithCallContext(lookup(), () => share(callOf(self, id)));
    expect(await Promise.all([find('a'), find('b')])).toEqual(['order a', 'order b']);
  });

  it('all fail if the read does: none counts as absent', async () => {
    const client = createClient();
    client.reads(() => Promise.reject(new Error('no answer')));
    const found = ['a', 'b'].map((id) => client.find(id));
    client.send();
    expect(await Promise.allSettled(found)).toMatchObject([
      { reason: { message: 'no answer' } },
      { reason: { message: 'no answer' } },
    ]);
    client.reads(all);
    const again = client.find('a');
    client.send();
    expect(await again).toBe('order a');
  });

  it('join a read that failed and is sent again', async () => {
    const client = createClient();
    client.repeat(2);
    client.reads(() => Promise.reject(new Error('no answer')));
    const first = client.find('a');
    client.send();
    await nextTurn();
    const late = client.find('b');
    client.reads(all);
    client.send();
    expect(await Promise.all([first, late])).toEqual(['order a', 'order b']);
    expect(client.asked).toEqual([['a'], ['a', 'b']]);
  });

  it('do not join a read that has ended, although a request that it gave up fails later', async () => {
    const requests: ((error: Error) => void)[] = [];
    const self = {};
    const share = shareLookup(async (_call, send) => {
      const late = send(() => new Promise<never>((_resolve, reject) => requests.push(reject)));
      await Promise.race([late, Promise.reject(new Error('took too long'))]);
    });
    const find = () => runWithCallContext(lookup(), () => share(callOf(self, 'a')));
    await expect(find()).rejects.toThrow('took too long');
    requests[0]?.(new Error('no answer'));
    await nextTurn();
    await expect(find()).rejects.toThrow('took too long');
    expect(requests).toHaveLength(2);
  });

  it('are not absent if the answer is that to an earlier request, which did not look for them', async () => {
    const self = {};
    let goOn: (() => void) | undefined;
    let answer: ((found: Found) => void) | undefined;
    const share = shareLookup(async (_call, send) => {
      const early = send(() => new Promise<Found>((resolve) => (answer = resolve)));
      await send(() => Promise.reject(new Error('no answer'))).catch(() => undefined);
      await new Promise<void>((resolve) => (goOn = resolve));
      void send(() => new Promise<never>(() => undefined));
      answer?.(new Map([['a', undefined]]));
      return early;
    });
    const find = (id: string) => runWithCallContext(lookup(), () => share(callOf(self, id)));
    const first = find('a');
    await nextTurn();
    const late = find('b');
    goOn?.();
    expect(await first).toBeUndefined();
    await expect(late).rejects.toThrow('The read did not look for b');
  });

  it('are not absent if the read ended without looking for them', async () => {
    // A fallback answered.
    const share = shareLookup(() => Promise.resolve(undefined));
    const found = runWithCallContext(lookup(), () => share(callOf({}, 'a')));
    await expect(found).rejects.toThrow('The read did not look for a');
  });

  it('continue when the first one ends, and end the read with the last one', async () => {
    const client = createClient();
    const [first, second] = [new AbortController(), new AbortController()];
    const given = client.find('a', { signal: first.signal });
    const other = client.find('b', { signal: second.signal });
    first.abort(new Error('seen elsewhere'));
    const { signal } = client.contexts[0] as CallContext;
    expect(signal.aborted).toBe(false);
    client.send();
    expect(await other).toBe('order b');
    await given;

    const alone = client.find('c', { signal: second.signal });
    second.abort(new Error('seen as well'));
    expect(client.contexts[1]?.signal).toMatchObject({ aborted: true, reason: { message: 'seen as well' } });
    client.send();
    await alone;
  });

  it("share nothing with the program's own requests", async () => {
    const client = createClient();
    const found = [client.find('a', { operation: 'contract.getTicker' }), client.find('b')];
    client.send();
    client.send();
    expect(await Promise.all(found)).toEqual(['order a', 'order b']);
    expect(client.asked).toEqual([['a'], ['b']]);
  });
});
