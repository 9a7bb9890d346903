import type { Catalogue, CodeExplanation } from './catalogue.js';
import { defaultCatalogue } from './catalogues.js';

/**
 * Explains a code of the exchange: its class and kind, the advice, and whether a retry can help. A number and the
 * same number as a string are one code. Returns `undefined` for a code that the catalogue does not have, and for a
 * success code, which is not an error.
 *
 * @param catalogue Default: `defaultCatalogue`, weex-client and V3. Pass `v2Catalogue` for V1 and V2.
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
