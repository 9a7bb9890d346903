import { type Catalogue, createCatalogue, rowsOf } from './catalogue.js';
import { v2Codes } from './codes/v2-codes.js';
import { v3Codes } from './codes/v3-codes.js';
import { weexClientCodes } from './codes/weex-client-codes.js';

/** The thirteen codes that weex-client documents. */
export const weexClientCatalogue: Catalogue = /* @__PURE__ */ createCatalogue(
  /* @__PURE__ */ rowsOf(weexClientCodes),
);

/** The codes of V3, spot and contract. */
export const v3Catalogue: Catalogue = /* @__PURE__ */ createCatalogue(/* @__PURE__ */ rowsOf(v3Codes));

/** The codes of V1 and V2, spot and contract, as the exchange documents them. */
export const v2Catalogue: Catalogue = /* @__PURE__ */ createCatalogue(/* @__PURE__ */ rowsOf(v2Codes));

/** weex-client and V3 together; they share no number. It serves every request that is not of V1 or V2. */
export const defaultCatalogue: Catalogue = /* @__PURE__ */ createCatalogue([
  ...weexClientCatalogue.rows,
  ...v3Catalogue.rows,
]);
