import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { WeakList } from '../../src/core/weak-list.js';

it('lists what is in use, in insertion order, and drops what is no longer referenced', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const list = new WeakList<{ name: string }>();
  const kept = [{ name: 'first' }, { name: 'last' }];
  const add = (): void => {
    list.add(kept[0] as { name: string });
    for (let index = 0; index < 100; index += 1) list.add({ name: `forgotten ${index}` });
    list.add(kept[1] as { name: string });
  };
  add();
  // What was dereferenced lives until the turn of the event loop is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect([...list]).toEqual(kept);
});
