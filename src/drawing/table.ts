import { element, escapeHtml } from './html.js';

/** What a table is made of. */
export interface TableOptions {
  /** Describes the contents. */
  readonly caption: string;
  readonly head: readonly string[];
  /** A row for each; the cells are HTML already. */
  readonly rows: readonly (readonly string[])[];
}

/** A table; the first cell of a row names it. On a narrow screen each row is a list, with the heads before the cells. */
export function table({ caption, head, rows }: TableOptions): string {
  const heads = head.map((name) => element('th', { scope: 'col', role: 'columnheader' }, escapeHtml(name)));
  const body = rows.map((cells) => {
    const written = cells.map((content, column) =>
      column === 0
        ? element('th', { scope: 'row', role: 'rowheader' }, content)
        : element('td', { role: 'cell', 'data-head': head[column] ?? '' }, content),
    );
    return element('tr', { role: 'row' }, written.join(''));
  });
  // The roles remain if the style turns rows and cells into blocks.
  return element(
    'table',
    { role: 'table' },
    `<caption>${escapeHtml(caption)}</caption>` +
      `<thead role="rowgroup"><tr role="row">${heads.join('')}</tr></thead>\n` +
      `<tbody role="rowgroup">${body.join('\n')}</tbody>`,
  );
}
