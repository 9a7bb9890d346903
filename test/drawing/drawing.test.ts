import { describe, expect, it } from 'vitest';
import { barChart } from '../../src/drawing/bar-chart.js';
import { valueScale } from '../../src/drawing/drawing.js';
import { element, escapeHtml, legend } from '../../src/drawing/html.js';
import { markChart } from '../../src/drawing/mark-chart.js';
import { highestStack, stackedChart } from '../../src/drawing/stacked-chart.js';
import { stateLanes } from '../../src/drawing/state-lanes.js';
import { table } from '../../src/drawing/table.js';
import { type TimeAxis, timeLabels } from '../../src/drawing/time-axis.js';

const axis: TimeAxis = { from: 0, until: 100_000, stretches: [], label: (at) => `${at / 1_000} s` };
const hostile = `"><script>'&`;
const escaped = '&#34;&#62;&#60;script&#62;&#39;&#38;';

describe('foreign text', () => {
  it('is never markup', () => {
    expect(escapeHtml(hostile)).toBe(escaped);
    const drawings = [
      element('p', { title: hostile }),
      legend([['good', hostile]]),
      table({ caption: hostile, head: [hostile], rows: [] }),
      barChart([{ value: 1, name: hostile, title: hostile }], 'good', hostile),
      markChart([{ value: 1, title: hostile, isBroken: true }], [0, 1], { label: hostile, unit: hostile }),
      stackedChart({ axis, bins: [{ good: 1 }], kinds: [['good', hostile]], label: hostile, unit: hostile }),
      stateLanes(axis, [{ name: hostile, changes: [] }], hostile),
    ];
    for (const drawing of drawings) {
      expect(drawing).toContain(escaped);
      expect(drawing).not.toContain('<script');
    }
  });
});

describe('a scale', () => {
  it('has round numbers, includes the highest value, and leaves room above it', () => {
    const { grid, y } = valueScale([0, 87], 116, '/s');
    expect(labelsOf(grid)).toEqual(['50/s', '100/s']);
    expect([y(0), y(100), y(50)]).toEqual([116, 16, 66]);
  });

  it('has no fractions for counts, and no label at its foot', () => {
    expect(labelsOf(valueScale([0, 2], 100).grid)).toEqual(['1', '2']);
    expect(labelsOf(valueScale([0, 0], 100).grid)).toEqual(['1']);
  });
});

describe('a stack over time', () => {
  it('puts each kind on top of the one before, in steps', () => {
    const bins = [
      { one: 1, two: 1 },
      { one: 0, two: 2 },
    ];
    const chart = stackedChart({
      axis,
      bins,
      kinds: [
        ['one', 'first'],
        ['two', 'second'],
      ],
      label: 'Calls',
    });
    const paths = [...chart.matchAll(/<path class="(\w+)" d="([^"]+)"/g)].map(([, kind, d]) => [kind, d]);
    expect(paths).toEqual([
      ['one', 'M0,130V73H1V130H2V130H1V130H0Z'],
      ['two', 'M0,130V16H1V16H2V130H1V73H0Z'],
    ]);
    expect(highestStack(bins)).toBe(2);
    expect(chart).toMatch(/^<svg width="100%" height="148" role="img" aria-label="Calls">/);
  });
});

describe('times below a drawing', () => {
  it('are round seconds, or round minutes where there are minutes', () => {
    expect(labelsOf(timeLabels(axis, 0))).toEqual(['0 s', '20 s', '40 s', '60 s', '80 s', '100 s']);
    const minutes = { ...axis, until: 300_000, label: (at: number) => `${at / 60_000} min` };
    expect(labelsOf(timeLabels(minutes, 0))).toEqual([0, 1, 2, 3, 4, 5].map((count) => `${count} min`));
  });
});

describe('lanes', () => {
  it('show each state until the next, by its height too', () => {
    const open = { name: 'open', className: 'red', share: 1 };
    const closed = { name: 'closed', className: 'pale', share: 0.5 };
    const changes = [
      { at: 0, state: closed },
      { at: 25_000, state: open },
    ];
    const bars = [...stateLanes(axis, [{ name: 'orders', changes }], 'Circuits').matchAll(/<rect ([^>]+)>/g)];
    expect(bars.map(([, place]) => place)).toEqual([
      'class="pale" x="0%" width="25%" y="25" height="7"',
      'class="red" x="25%" width="75%" y="18" height="14"',
    ]);
  });
});

describe('a table', () => {
  it('keeps rows and heads for screen readers, even when shown as a list', () => {
    const html = table({ caption: 'Orders', head: ['id', 'state'], rows: [['a1', '<b>open</b>']] });
    expect(html).toContain('<caption>Orders</caption>');
    expect(html).toContain('<th scope="row" role="rowheader">a1</th>');
    expect(html).toContain('<td role="cell" data-head="state"><b>open</b></td>');
  });
});

function labelsOf(drawing: string): string[] {
  return [...drawing.matchAll(/<text [^>]+>([^<]+)</g)].map(([, text = '']) => text);
}
