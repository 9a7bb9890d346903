import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { builtInScenarios, parseScenario, startExchange } from '../../src/testing/index.js';

let page: string;
beforeAll(async () => {
  page = await readFile(new URL('../../docs/simulated-exchange.md', import.meta.url), 'utf8');
});

describe('the page of the simulated exchange', () => {
  it('has every kind of fault, and no other', async () => {
    const exchange = await startExchange();
    let message = '';
    try {
      exchange.inject({ kind: 'unheard-of' } as never);
    } catch (error) {
      message = String(error);
    }
    await exchange.close();
    const kinds = [...message.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]);
    const table = page.slice(page.indexOf('| `kind`'), page.indexOf('## Scenarios'));
    const rows = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)]
      .map((match) => match[1])
      .filter((one) => one !== 'kind');
    expect(kinds).toHaveLength(16);
    expect(new Set(rows)).toEqual(new Set(kinds));
  });

  it('has every built-in scenario', () => {
    for (const name of Object.keys(builtInScenarios)) expect(page).toContain(`\`${name}\``);
  });

  it('has a scenario that works', () => {
    const text = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    expect(parseDocument(text).errors).toEqual([]);
    expect(parseScenario(text).phases?.map(({ name }) => name)).toEqual(['calm', 'storm']);
  });

  it('has control endpoints that exist', async () => {
    const exchange = await startExchange();
    const targets = [...page.matchAll(/`(GET|DELETE) (\/__control[\w/]*)`/g)].map(([, method, path]) => ({
      method,
      path,
    }));
    expect(targets.length).toBeGreaterThan(5);
    for (const { method, path } of targets) {
      const reply = await fetch(exchange.url + path, { method: String(method) });
      const expected = path?.endsWith('/7') ? 'There is no fault 7' : '';
      expect(await reply.text()).toContain(expected);
      expect(reply.status).toBe(expected ? 404 : 200);
    }
    await exchange.close();
  });
});
