import { Command } from 'commander';
import { codeConflicts } from '../errors/codes/code-conflicts.js';
import { isSuccessCode } from '../errors/codes/success-codes.js';
import { type CodeExplanation, defaultCatalogue, explainCode, v2Catalogue } from '../errors/index.js';
import { codesPage } from './codes-page.js';
import { processTerminal, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const tables = [
  { title: 'weex-client and V3', catalogue: defaultCatalogue },
  { title: 'V1 and V2', catalogue: v2Catalogue },
] as const;

/** `explain [code]`: what a code of the exchange means, in every table that has it; without one, all of them. */
export function explainCommand(terminal: Terminal = processTerminal): Command {
  return new Command('explain')
    .description('say what a code of the exchange means and what to do about it')
    .argument(
      '[code]',
      'a code such as 40030, -1054 or FAILED_ORDER_NOT_FOUND; without one, all codes as Markdown',
    )
    .action((code?: string) => terminal.out(code === undefined ? codesPage() : explanationOf(code)));
}

/** The text for a code. Throws a {@link UsageError} if it is in no table. */
function explanationOf(code: string): string {
  const found = tables.flatMap(({ title, catalogue }) => {
    const row = explainCode(code, catalogue);
    return row ? [describe(title, row)] : [];
  });
  if (found.length > 0) return [...found, ...conflictOf(code)].join('\n');
  if (isSuccessCode(code)) return `${code} means success: it is not an error.\n`;
  throw new UsageError(`Cannot explain ${code}: it is in no table. Run explain without a code to list all.`);
}

function describe(title: string, row: CodeExplanation): string {
  const facts: [name: string, text: string | undefined][] = [
    ['meaning', row.meaning],
    ['advice', row.advice],
    ['reason', row.reason],
    ['service', row.service],
    ['limit', row.limitType],
    ['retry', row.retry ? 'can help, after a wait' : 'does not help'],
    ['a write', row.executionStatus === 'unknown' ? 'may have been executed' : 'was not executed'],
    [
      'text',
      row.catchAll ? 'decides first: INVALID_ARGUMENT and FAILED_PRECONDITION are refusals' : undefined,
    ],
    ['source', row.source],
  ];
  const lines = facts.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(8)} ${text}`]));
  return [`${row.code} in ${title}: ${row.type.name} (${row.kind})`, ...lines, ''].join('\n');
}

function conflictOf(code: string): string[] {
  const conflict = codeConflicts().find((row) => String(row.code) === code);
  if (!conflict) return [];
  return [`The tables disagree on ${code}; the path of the request decides. ${conflict.consequence}\n`];
}
