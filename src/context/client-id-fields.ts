/** Under which names orders and answers of WEEX carry a client order id. */
export const clientIdFields = [
  'clientOrderId',
  'newClientOrderId',
  'origClientOrderId',
  'clientOid',
  'client_oid',
] as const;
