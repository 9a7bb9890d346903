export { signRequest } from './sign-request.js';
export { WeexConfig } from './weex-config.js';

export type { SignableRequest } from './sign-request.js';
export type { WeexBaseUrls, WeexConfigOptions } from './weex-config.js';
