export { ContractClient } from './contract-client.js';
export { OrderStream } from './order-stream.js';
export { signRequest } from './sign-request.js';
export { SpotClient } from './spot-client.js';
export { WeexClient } from './weex-client.js';
export { WeexConfig } from './weex-config.js';

export type * from './algo-types.js';
export type * from './contract-types.js';
export type * from './margin-types.js';
export type * from './market-types.js';
export type { OrderOutcome } from './order-batch.js';
export type { OrderStreamOptions } from './order-stream-options.js';
export type { SignableRequest } from './sign-request.js';
export type * from './spot-types.js';
export type * from './stream-types.js';
export type * from './types.js';
export type { CloseOptions, RecoveredOrder, WeexClientBehavior, WeexClientOptions } from './weex-client.js';
export type { WeexBaseUrls, WeexConfigOptions } from './weex-config.js';
