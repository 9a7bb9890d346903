import type { CodeCategoryName } from './code-categories.js';

/** One code: number or text, its meaning, and what to do about it. */
export type CodeRow = readonly [code: number | string, meaning: string, advice: string];

/** Rows that share everything but code, meaning and advice. */
export interface CodeGroup {
  /** Class, reason, execution status and retry of these rows: see `codeCategories`. */
  readonly category: CodeCategoryName;
  /** Who documents these rows. */
  readonly source: string;
  /** The part of the exchange that failed. */
  readonly service?: string;
  /** What was limited. */
  readonly limitType?: string;
  /** Where a row says otherwise than its category. */
  readonly retry?: boolean;
  /** Where a row says otherwise than its category. */
  readonly executionStatus?: 'not-executed' | 'unknown';
  /** The exchange uses these codes for anything: the text of the answer decides, before this row. */
  readonly catchAll?: true;
  readonly rows: readonly CodeRow[];
}

/** All codes of one family. */
export type CodeTable = readonly CodeGroup[];
