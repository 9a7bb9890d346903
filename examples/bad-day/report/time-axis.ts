import type { PlannedPhase } from 'weex-resilience/testing';
import { element, escapeHtml } from './html.js';

/** The width of a chart, and what its labels take on the left, in the units of its drawing. */
const chartWidth = 1_000;
const labelWidth = 90;

/** The time that all charts of a page have in common. */
export interface TimeAxis {
  readonly endMs: number;
  readonly phases: readonly PlannedPhase[];
  /** Where a moment is. */
  readonly x: (atMs: number) => number;
}

export function timeAxis(phases: readonly PlannedPhase[], endMs: number): TimeAxis {
  const x = (atMs: number): number =>
    round(labelWidth + (Math.min(atMs, endMs) / endMs) * (chartWidth - labelWidth));
  return { endMs, phases, x };
}

/** The phases as bands behind a chart. */
export function phaseBands({ phases, x }: TimeAxis, height: number): string {
  return phases
    .map(({ fromMs, untilMs }, index) =>
      element('rect', {
        class: index % 2 === 0 ? 'band even' : 'band odd',
        x: x(fromMs),
        y: 0,
        width: round(x(untilMs) - x(fromMs)),
        height,
      }),
    )
    .join('');
}

/** The names of the phases, and the seconds below them. */
export function phaseNames({ endMs, phases, x }: TimeAxis): string {
  const names = phases.map(({ fromMs, name, untilMs }) =>
    element('text', { class: 'phase', x: (x(fromMs) + x(untilMs)) / 2, y: 14 }, escapeHtml(name)),
  );
  const stepMs = endMs > 20_000 ? 5_000 : endMs > 6_000 ? 2_000 : 500;
  const ticks = Array.from({ length: Math.floor(endMs / stepMs) + 1 }, (_, index) => index * stepMs).map(
    (atMs) => element('text', { class: 'tick', x: x(atMs), y: 30 }, `${atMs / 1_000} s`),
  );
  return drawing(36, names.join('') + ticks.join(''), 'The phases of the day');
}

/** A drawing of the common width. */
export function drawing(height: number, content: string, title: string): string {
  const attributes = { viewBox: `0 0 ${chartWidth} ${height}`, role: 'img', 'aria-label': title };
  return element('svg', attributes, content);
}

/** A label at the left of a chart. */
export function rowLabel(text: string, y: number): string {
  return element('text', { class: 'label', x: labelWidth - 8, y }, escapeHtml(text));
}

/** Two decimals are finer than any screen. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
