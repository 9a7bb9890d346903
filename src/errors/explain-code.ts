import type { Catalogue, CodeExplanation } from './catalogue.js';
import { defaultCatalogue } from './catalogues.js';

/**
 * Tells what a code of the exchange means: its class and kind, the advice, and whether a retry can help. Number
 * and numeric string are the same code. A code that the catalogue lacks gives `undefined`, and so does a code of
 * success, which is not an error.
 *
 * @param catalogue Default: `defaultCatalogue`, weex-client and V3. Pass `v2Catalogue` for V1 and V2.
 *
 * @example
 * ```ts
 * import { explainCode } from 'weex-resilience';
 *
 * console.log(explainCode('40030')?.advice);
 * ```
 */
export function explainCode(
  code: number | string,
  catalogue: Catalogue = defaultCatalogue,
): CodeExplanation | undefined {
  if (typeof (catalogue as Partial<Catalogue> | null)?.get !== 'function')
    throw new TypeError(
      `Cannot explain a code: the catalogue must be defaultCatalogue, v2Catalogue or one made by extend(), received ${String(catalogue)}`,
    );
  return catalogue.get(code);
}
