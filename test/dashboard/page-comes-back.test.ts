import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Dashboard, serveDashboard } from '../../src/dashboard/index.js';
import { mostViewers } from '../../src/dashboard/viewers.js';
import { Browser, hasChromium, type Look } from './browser.js';

const look: Look = { width: 1100, height: 900, scheme: 'light' };
const patience = { timeout: 20_000 };

describe.skipIf(!hasChromium)('an open page', () => {
  let browser: Browser;
  let dashboard: Dashboard;
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterAll(() => browser.stop());
  beforeEach(async () => {
    dashboard = await serveDashboard({ port: 0, title: 'first' });
  });
  afterEach(() => dashboard.close());

  function textHas(id: string, wanted: string): Promise<void> {
    const text = `document.getElementById('${id}')?.textContent ?? ''`;
    return vi.waitFor(async () => expect(await browser.read(text)).toContain(wanted), patience);
  }

  it('that exceeded the limit says so, and is admitted when others have left', async () => {
    const others = await Promise.all(
      Array.from({ length: mostViewers }, async () => {
        const [answer] = (await once(
          get(new URL('/events', dashboard.url), { agent: false }),
          'response',
        )) as [IncomingMessage];
        return answer.on('error', () => undefined).resume();
      }),
    );
    await browser.open(dashboard.url, look);
    await textHas('connection', 'too many viewers');
    for (const answer of others) answer.destroy();
    await textHas('connection', 'Live.');
  });

  it('shows the process that answers after a restart', async () => {
    await browser.open(dashboard.url, look);
    await textHas('connection', 'Live.');
    await browser.read(`document.getElementById('process').textContent = 'the one before'`);
    await dashboard.close();
    await textHas('connection', 'does not answer');
    dashboard = await serveDashboard({ port: Number(new URL(dashboard.url).port), title: 'second' });
    await textHas('heading', 'second');
    await textHas('process', String(process.pid));
    expect(await browser.read('document.title')).toBe('second');
  });
});
