import { type CodeCategory, codeCategories } from './codes/code-categories.js';
import type { CodeTable } from './codes/code-table.js';
import { normalizeCode, WEEXError, type WEEXErrorDetails } from './weex-error.js';
import type { ExecutionStatus, WEEXErrorKind } from './weex-error-kind.js';
import { WEEXRateLimitError } from './weex-rate-limit-error.js';
import { WEEXSystemError } from './weex-system-error.js';

/** The class for a code: `WEEXError` or a subclass whose constructor takes `(message, details)`. */
export type WEEXErrorClass<Failure extends WEEXError = WEEXError> = new (
  message: string | undefined,
  details: WEEXErrorDetails & FieldsOfOwnCode,
) => Failure;

/**
 * Fields that the errors for your own codes require. No answer of the exchange contains them, so they are empty if a
 * code creates the error.
 */
interface FieldsOfOwnCode {
  readonly strategyName: string;
  readonly riskType: string;
  readonly portfolioValue: number;
}

/** Your own code, for {@link Catalogue.extend}. */
export interface CodeDefinition {
  /** The code: a number, a numeric string (the same code as that number), or any other string. */
  readonly code: number | string;
  /** The class of the error. Its constructor must take `(message, details)`. */
  readonly type: WEEXErrorClass;
  /** What the code says. */
  readonly meaning: string;
  /** What to do about it. */
  readonly advice: string;
  /** Whether the same request can succeed later. Default: `true` for rate limits and system errors. */
  readonly retry?: boolean | undefined;
  /** The outcome of a write with this answer. Default: `'unknown'` for system errors, otherwise `'not-executed'`. */
  readonly executionStatus?: ExecutionStatus | undefined;
  /** The field `reason` of authentication and order errors. */
  readonly reason?: string | undefined;
  /** The field `service` of system errors. */
  readonly service?: string | undefined;
  /** The field `limitType` of rate-limit errors. */
  readonly limitType?: string | undefined;
  /** Who documents the code. */
  readonly source?: string | undefined;
}

/** A code with everything that is known about it. */
export interface CodeExplanation {
  readonly code: number | string;
  /** The class of the errors with this code. */
  readonly type: WEEXErrorClass;
  readonly kind: WEEXErrorKind;
  readonly meaning: string;
  readonly advice: string;
  /** Whether the same request, sent again later, can succeed. */
  readonly retry: boolean;
  /** The outcome of a write with this answer. */
  readonly executionStatus: ExecutionStatus;
  readonly reason?: string;
  readonly service?: string;
  readonly limitType?: string;
  /**
   * The exchange uses the code for anything: the text of the answer decides, and this row only if the text says
   * nothing.
   */
  readonly catchAll?: true;
  readonly source?: string;
}

/** An immutable table of codes; see {@link createCatalogue}. */
export interface Catalogue {
  /** The row of a code, given as a number or a string, or `undefined`. */
  get(code: number | string): CodeExplanation | undefined;
  /** Returns a new catalogue with these codes added; existing codes are replaced. */
  extend(definitions: readonly CodeDefinition[]): Catalogue;
  /** Every row, in the order of the tables. */
  readonly rows: readonly CodeExplanation[];
}

/** A catalogue of the given rows; if two rows have the same code, the later one applies. */
export function createCatalogue(rows: readonly CodeExplanation[]): Catalogue {
  const byCode = new Map(rows.map((row) => [row.code, row]));
  return Object.freeze({
    get: (code: number | string) => byCode.get(normalizeCode(code)),
    extend: (definitions: readonly CodeDefinition[]) => {
      if (!Array.isArray(definitions))
        throw new TypeError(
          `Cannot extend the catalogue: the definitions must be a list, received ${String(definitions)}`,
        );
      return createCatalogue([...byCode.values(), ...definitions.map(explain)]);
    },
    rows: Object.freeze([...byCode.values()]),
  });
}

/** @internal The rows of a table, each with the fields of its group and category. */
export function rowsOf(table: CodeTable): CodeExplanation[] {
  return table.flatMap(({ category, rows, ...group }) =>
    rows.map(([code, meaning, advice]) => ({
      code,
      meaning,
      advice,
      kind: kindOf(codeCategories[category].type),
      ...codeCategories[category],
      ...group,
    })),
  );
}

function explain(definition: CodeDefinition): CodeExplanation {
  assertDefinition(definition);
  const { type } = definition;
  const given = Object.entries(definition).filter(([, value]) => value !== undefined);
  return {
    retry: isA(type, WEEXRateLimitError) || isA(type, WEEXSystemError),
    executionStatus: isA(type, WEEXSystemError) ? 'unknown' : 'not-executed',
    ...(Object.fromEntries(given) as unknown as CodeDefinition & Partial<CodeCategory>),
    code: normalizeCode(definition.code),
    kind: kindOf(type),
  } as CodeExplanation;
}

function assertDefinition({ code, type, meaning, advice }: CodeDefinition): void {
  const faults: string[] = [];
  if (!(typeof code === 'string' && code !== '') && !Number.isFinite(code)) {
    faults.push('`code` must be a number or a non-empty string');
  }
  if (!isA(type, WEEXError)) faults.push('`type` must be WEEXError or a subclass of it');
  if (typeof meaning !== 'string' || meaning === '') faults.push('`meaning` must say what the code means');
  if (typeof advice !== 'string' || advice === '') faults.push('`advice` must say what to do');
  if (faults.length > 0) {
    throw new TypeError(`Cannot add code ${String(code)} to the catalogue: ${faults.join('; ')}`);
  }
}

function isA(type: unknown, parent: typeof WEEXError): boolean {
  return typeof type === 'function' && (type === parent || type.prototype instanceof parent);
}

function kindOf(type: WEEXErrorClass): WEEXErrorKind {
  return (type.prototype as WEEXError).kind;
}
