import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Dashboard, serveDashboard } from '../../src/dashboard/index.js';
import { createPolicy, WEEXSystemError } from '../../src/index.js';
import { Browser, hasChromium, type Look } from './browser.js';
import { TroubledProgram } from './troubled-program.js';

// Pictures of what these tests looked at.
const pictures = new URL('../../build/dashboard-pictures/', import.meta.url).pathname;

const looks: Readonly<Record<string, Look>> = {
  light: { width: 1100, height: 900, scheme: 'light' },
  dark: { width: 1100, height: 900, scheme: 'dark' },
  'tablet-light': { width: 700, height: 900, scheme: 'light', mobile: true },
  'phone-light': { width: 360, height: 740, scheme: 'light', mobile: true },
  'phone-dark': { width: 360, height: 740, scheme: 'dark', mobile: true },
};

const patience = { timeout: 20_000 };

describe.skipIf(!hasChromium)('the live page in a browser', () => {
  let dashboard: Dashboard;
  let browser: Browser;
  // Held, as a program holds its policies: the page does not.
  const program = new TroubledProgram();
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    dashboard = await serveDashboard({ port: 0, title: 'grid bot' });
    await program.meetEverything();
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.stop();
    await dashboard.close();
  });

  /** Opens the page, and waits until it is live. */
  async function open(look: Look): Promise<void> {
    await browser.open(dashboard.url, look);
    await textIs('connection', 'Live.');
  }

  function text(id: string): Promise<string> {
    return browser.read(`document.getElementById('${id}')?.textContent ?? ''`);
  }

  function textIs(id: string, wanted: string): Promise<void> {
    return vi.waitFor(async () => expect(await text(id)).toBe(wanted), patience);
  }

  it.each(Object.entries(looks))('fits, and is legible: %s', async (name, look) => {
    await open(look);
    writeFileSync(`${pictures}${name}.png`, await browser.picture());
    const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';
    const [scrolled, seen] = await browser.read<[number, number]>(widths);
    expect(scrolled).toBeLessThanOrEqual(seen ?? 0);
    // Nothing is hidden at the side of its own box either.
    expect(await browser.read(tooWide)).toEqual([]);
    expect(await browser.read(contrasts)).toEqual([]);
    expect(
      await browser.read(`Math.min(...[...document.querySelectorAll('main *')]
      .filter((one) => one.textContent !== '').map((one) => parseFloat(getComputedStyle(one).fontSize)))`),
    ).toBeGreaterThanOrEqual(12);
    expect(browser.complaints).toEqual([]);
  });

  it.each(Object.entries(looks))('fits with long names too: %s', async (_name, look) => {
    const long = 'market_making_perpetual_production_eu_'.repeat(8);
    const other = await serveDashboard({ port: 0, title: long });
    const policy = createPolicy({ name: long, circuitBreaker: { consecutiveFailures: 1 } });
    const down = Object.assign(new WEEXSystemError(long, { code: long }), { name: long });
    await policy.executeOutcome(() => Promise.reject(down), { key: long, operation: long });
    await browser.open(other.url, look);
    await textIs('connection', 'Live.');
    expect(await text('admissions')).toContain(': circuit open');
    const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';
    const [scrolled, seen] = await browser.read<[number, number]>(widths);
    expect(scrolled).toBeLessThanOrEqual(seen ?? 0);
    expect(await browser.read(tooWide)).toEqual([]);
    expect(await browser.read(cutLanes)).toEqual([]);
    await other.close();
  });

  it('is light or dark as the system is set', async () => {
    const background = `getComputedStyle(document.body).backgroundColor`;
    await open({ width: 1100, height: 900, scheme: 'light' });
    const light = await browser.read(background);
    await open({ width: 1100, height: 900, scheme: 'dark' });
    expect([light, await browser.read(background)]).toEqual(['rgb(255, 255, 255)', 'rgb(20, 25, 32)']);
  });

  it('has landmarks, headings, captions and names for screen readers', async () => {
    await open({ width: 360, height: 740, scheme: 'light', mobile: true });
    const nodes = await browser.accessible();
    const named = (role: string) => nodes.filter((node) => node.role === role).map(({ name }) => name);
    for (const role of ['banner', 'main', 'contentinfo']) expect(named(role)).toHaveLength(1);
    expect(named('region')).toEqual(named('heading').slice(1));
    expect(named('heading')[0]).toBe('grid bot');
    expect(named('status')).toHaveLength(2);
    expect(named('button')).toEqual(['Pause']);
    const charts = named('image').concat(named('img'));
    expect(charts.map((name) => name.split(':')[0])).toEqual([
      'Calls per second over the last minutes',
      'Failures per second over the last minutes',
      'Load over the last minutes',
      'What kept calls away over the last minutes; now contract.market',
    ]);
    // Rows made into blocks for the phone are still rows of a table.
    expect(named('table')).toHaveLength(4);
    expect(named('table')).not.toContain('');
    expect(named('columnheader')).toContain('what to do');
    expect(named('rowheader')).toContain('contract.market');
    expect(await browser.read('document.documentElement.lang')).toBe('en');
    const ids = await browser.read<string[]>(`[...document.querySelectorAll('[id]')].map(({ id }) => id)`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows states in words and heights, not only in colours', async () => {
    await open({ width: 1100, height: 900, scheme: 'light' });
    expect(await text('status')).toMatch(/^Act: Money may be at risk/);
    expect(await text('admissions')).toContain('contract.orders: circuit open');
    expect(await text('policies')).toContain('BTCUSDT open');
    expect(await text('doubts')).toContain('unknown');
    expect(await browser.read('document.title')).toBe('Act: grid bot');
    const heights = await browser.read<Record<string, string>>(`Object.fromEntries(
      [...document.querySelectorAll('#admissions rect')].map((bar) => [bar.getAttribute('class'), bar.getAttribute('height')]))`);
    expect(new Set(Object.values(heights)).size).toBe(Object.keys(heights).length);
  });

  it('updates by itself, stops when paused by keyboard, and goes on again', async () => {
    await open({ width: 1100, height: 900, scheme: 'light' });
    const figures = await text('figures');
    await program.meet({}, { rounds: 2 });
    await vi.waitFor(async () => expect(await text('figures')).not.toBe(figures), patience);

    await browser.press('Tab', 9);
    expect(await browser.read('document.activeElement.id')).toBe('pause');
    await browser.press('Enter', 13);
    await textIs('connection', 'Paused.');
    const paused = await text('figures');
    await program.meet({}, { rounds: 2 });
    const sent = `new Promise((resolve) => events.addEventListener('message', resolve, { once: true })).then(() => 'sent')`;
    expect(await browser.read(sent)).toBe('sent');
    expect(await text('figures')).toBe(paused);
    await browser.press('Enter', 13);
    await vi.waitFor(async () => expect(await text('figures')).not.toBe(paused), patience);
    expect(await browser.read('document.activeElement.id')).toBe('pause');
  });

  it('says when the program has ended', async () => {
    await open({ width: 1100, height: 900, scheme: 'light' });
    await dashboard.close();
    await vi.waitFor(
      async () => expect(await text('connection')).toContain('The program does not answer'),
      patience,
    );
  });
});

/** Elements whose content is cut off at the side. */
const tooWide = `[...document.querySelectorAll('main *')]
  .filter((one) => !one.closest('svg') && getComputedStyle(one).display !== 'inline'
    && getComputedStyle(one).clipPath === 'none' && !one.closest('thead')
    && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
  .map((one) => one.tagName + ': ' + one.textContent.slice(0, 40))`;

/** Names of lanes that their drawing cuts off. */
const cutLanes = `[...document.querySelectorAll('text.lane')]
  .filter((one) => one.getBoundingClientRect().right > one.closest('svg').getBoundingClientRect().right)
  .map((one) => one.textContent)`;

/** Texts whose contrast with the page is below what WCAG asks for (4.5), and marks of legends below 3. */
const contrasts = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = (color) => { const [r, g, b] = parse(color); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const page = getComputedStyle(document.body).backgroundColor;
  const texts = [...document.querySelectorAll('h1, h2, p, th, td, dt, dd, caption, text, strong, code')].map((one) => {
    const style = getComputedStyle(one);
    return [one, ratio(one.tagName === 'text' ? style.fill : style.color, page), 4.5];
  });
  const marks = [...document.querySelectorAll('.swatch:not(.pale)')].map((one) =>
    [one, ratio(getComputedStyle(one).backgroundColor, page), 3]);
  return [...texts, ...marks].filter(([, found, least]) => found < least)
    .map(([one, found]) => one.tagName + ' ' + one.className + ' ' + one.textContent.slice(0, 20) + ' ' + found.toFixed(2));
})()`;
