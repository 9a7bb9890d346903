import { codeCategories } from '../errors/codes/code-categories.js';
import { codeConflicts } from '../errors/codes/code-conflicts.js';
import { successCodes } from '../errors/codes/success-codes.js';
import {
  type Catalogue,
  type CodeExplanation,
  defaultCatalogue,
  v2Catalogue,
  v3Catalogue,
  weexClientCatalogue,
} from '../errors/index.js';
import { httpStatusRow } from '../http/http-statuses.js';

/** Statuses with a meaning of their own, and one of each range. */
const statuses = [400, 401, 403, 404, 405, 407, 408, 418, 425, 429, 451, 499, 500, 502, 503, 504, 521];

/** Every code there is, as a page of Markdown: docs/codes.md. */
export function codesPage(): string {
  const sections = [
    '# Codes',
    'Made from the tables of this package by `node scripts/make-code-docs.mjs`; do not edit it. A number and the same ' +
      'number as text are one code. `npx weex-resilience explain 40030` prints one row.',
    '*A write* says what became of a request that can change something: `not-executed` is a refusal, `unknown` may ' +
      'have been executed. *Retry* says whether the same request can succeed later.',
    `## weex-client\n\n${weexClientCatalogue.rows.length} codes, for every path except those of V1 and V2.`,
    codeTable(weexClientCatalogue),
    `## V3\n\n${v3Catalogue.rows.length} codes of spot and contract. They have no number in common with those of weex-client; ` +
      `together they are the default, ${defaultCatalogue.rows.length} codes.`,
    codeTable(v3Catalogue),
    `## V1 and V2\n\n${v2Catalogue.rows.length} codes, for paths that hold \`/v1/\` or \`/v2/\` of the spot or ` +
      'contract API.',
    codeTable(v2Catalogue),
    '## Where the tables disagree\n\nThe same number in the table of weex-client and in the lists of the exchange.',
    table(
      ['Code', 'weex-client', 'The exchange, V1 and V2', 'Reading one as the other'],
      codeConflicts().map((row) => [row.code, row.weexClient, row.exchange, row.consequence]),
    ),
    '## Success\n\nNo code at all, or one of these.',
    table(['Code', 'Meaning', 'Source'], successCodes),
    '## HTTP statuses\n\n418, 429 and 521 decide before the body is read, the others only if it has no code. Any other ' +
      '4xx is treated as 400, any other 5xx as 500. A page in place of JSON under 401 or 403 is that of a firewall or ' +
      'a proxy, and a WEEXSystemError.',
    table(['Status', 'Class', 'Meaning', 'A write', 'Retry'], statuses.map(statusCells)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function codeTable({ rows }: Catalogue): string {
  return table(
    ['Code', 'Class', 'Meaning', 'Advice', 'A write', 'Retry', 'Source'],
    rows.map((row) => [
      row.code,
      className(row),
      row.catchAll ? `${row.meaning}. The text of the answer decides first` : row.meaning,
      row.advice,
      row.executionStatus,
      yesOrNo(row.retry),
      row.source ?? '',
    ]),
  );
}

function statusCells(status: number): (string | number)[] {
  const { category, meaning, executionStatus } = httpStatusRow(status);
  const row = codeCategories[category];
  return [status, className(row), meaning, executionStatus ?? row.executionStatus, yesOrNo(row.retry)];
}

type ClassFacts = Pick<CodeExplanation, 'type' | 'reason' | 'service' | 'limitType'>;

function className({ type, reason, service, limitType }: ClassFacts): string {
  const detail = reason ?? service ?? limitType;
  return detail === undefined ? type.name : `${type.name}, ${detail}`;
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
