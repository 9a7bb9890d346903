import type { ContractSettingOperation, Endpoint } from './endpoint.js';

const setting = {
  verb: 'POST',
  effect: 'write',
  parameters: 'body',
  signed: true,
  policy: 'contract.cancels',
  priority: 'normal',
  orders: 0,
  whenUnknown: 'send again',
} as const;

/** Margin and leverage. Source: as the others, and answers recorded by a maintained client. */
export const contractSettingsEndpoints: Readonly<Record<ContractSettingOperation, Endpoint>> = {
  setLeverage: { ...setting, path: '/capi/v3/account/leverage', answer: 'ofSymbol', weight: 10 },
  setMarginType: { ...setting, path: '/capi/v3/account/marginType', answer: 'confirmed', weight: 20 },
  // Margin saves a position from liquidation; sent twice it would be added twice.
  movePositionMargin: {
    ...setting,
    path: '/capi/v3/account/positionMargin',
    answer: 'confirmed',
    priority: 'critical',
    weight: 15,
    whenUnknown: 'stop',
  },
  setAutoAppendMargin: {
    ...setting,
    path: '/capi/v3/account/modifyAutoAppendMargin',
    answer: 'confirmed',
    weight: 15,
  },
};
