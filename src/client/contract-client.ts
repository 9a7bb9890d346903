import { ContractSettings } from './contract-settings.js';

/**
 * The V3 contract market. Every method runs under a policy of the client's registry; docs/client.md lists which,
 * and what happens if an answer is lost. The last argument of each may be `{ signal }`.
 */
export class ContractClient extends ContractSettings {}
