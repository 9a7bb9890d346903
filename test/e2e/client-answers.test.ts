import { describe, expect, it } from 'vitest';
import type * as Client from '../../src/client/index.js';
import { connect, filling, resting } from './support/connect.js';

/** The name that `typeof` has for a field; a list and an object are told apart. */
type NameOf<Field> = Field extends string
  ? 'string'
  : Field extends number
    ? 'number'
    : Field extends boolean
      ? 'boolean'
      : Field extends readonly unknown[]
        ? 'list'
        : 'object';

/** Every field of a result with the name of its type: the compiler holds it against the result. */
type Shape<Result> = { readonly [Name in keyof Result]-?: NameOf<Exclude<Result[Name], undefined>> };

const nameOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

/** Holds an answer of the exchange against the shape of its type. */
function expectShape<Result extends object>(answer: Result | undefined, shape: Shape<Result>): void {
  const names = Object.keys(shape) as (keyof Result)[];
  const found = Object.fromEntries(names.map((name) => [name, nameOf(answer?.[name])]));
  expect(found).toEqual(shape);
}

const ticker = {
  symbol: 'string',
  priceChange: 'string',
  priceChangePercent: 'string',
  lastPrice: 'string',
  openPrice: 'string',
  highPrice: 'string',
  lowPrice: 'string',
  volume: 'string',
  quoteVolume: 'string',
  openTime: 'number',
  closeTime: 'number',
} as const;

const limit: Shape<Client.ExchangeRateLimit> = {
  rateLimitType: 'string',
  interval: 'string',
  intervalNum: 'number',
  limit: 'number',
};

describe("the exchange's answers have the declared types", () => {
  it('spot', async () => {
    const { client } = await connect();
    const { spot } = client;
    const symbol = 'BTCUSDT';
    const info = await spot.getExchangeInfo();
    expectShape(info, { timezone: 'string', serverTime: 'number', rateLimits: 'list', symbols: 'list' });
    expectShape(info.rateLimits[0], limit);
    const one = info.symbols[0];
    expectShape<
      Omit<Client.SpotSymbol, 'minTradeAmount' | 'maxTradeAmount' | 'takerFeeRate' | 'makerFeeRate'>
    >(one, {
      symbol: 'string',
      status: 'string',
      baseAsset: 'string',
      baseAssetPrecision: 'number',
      quoteAsset: 'string',
      quoteAssetPrecision: 'number',
      tickSize: 'string',
      stepSize: 'string',
      enableTrade: 'boolean',
    });
    for (const amount of [one?.minTradeAmount, one?.maxTradeAmount, one?.takerFeeRate, one?.makerFeeRate]) {
      expect(Number(amount)).not.toBeNaN();
    }
    expectShape(await spot.getTicker(symbol), {
      ...ticker,
      bidPrice: 'string',
      bidQty: 'string',
      askPrice: 'string',
      askQty: 'string',
      count: 'number',
    });
    const depth = await spot.getDepth(symbol);
    expect(depth.bids[0]?.map(nameOf)).toEqual(['string', 'string']);
    const placed = await spot.placeOrder(resting.spot);
    expectShape(placed, {
      symbol: 'string',
      orderId: 'string',
      clientOrderId: 'string',
      transactTime: 'number',
    });
    expectShape<Client.SpotOrder>(await spot.getOrder({ symbol, orderId: placed.orderId }), {
      symbol: 'string',
      orderId: 'string',
      clientOrderId: 'string',
      price: 'string',
      origQty: 'string',
      executedQty: 'string',
      cummulativeQuoteQty: 'string',
      status: 'string',
      timeInForce: 'string',
      type: 'string',
      side: 'string',
      time: 'number',
      updateTime: 'number',
      isWorking: 'boolean',
    });
    const canceled = await spot.cancelOrder({ symbol, orderId: placed.orderId });
    expectShape<Omit<Client.SpotCanceledOrder, 'origClientOrderId'>>(canceled, {
      orderId: 'string',
      status: 'string',
    });
    const account = await spot.getAccountBalance();
    expectShape<Client.SpotAccount>(account, {
      canTrade: 'boolean',
      canWithdraw: 'boolean',
      canDeposit: 'boolean',
      updateTime: 'number',
      accountType: 'string',
      balances: 'list',
      permissions: 'list',
    });
    expectShape<Client.SpotBalance>(account.balances[0], {
      asset: 'string',
      free: 'string',
      locked: 'string',
    });
  });

  it('contract', async () => {
    const { client } = await connect();
    const { contract } = client;
    const symbol = 'BTCUSDT';
    const info = await contract.getExchangeInfo();
    expectShape(info, { assets: 'list', rateLimits: 'list', symbols: 'list' });
    expectShape(info.assets[0], { asset: 'string', marginAvailable: 'boolean' });
    expectShape(info.rateLimits[0], limit);
    const one = info.symbols[0];
    type Amount =
      | 'contractVal'
      | 'buyLimitPriceRatio'
      | 'sellLimitPriceRatio'
      | 'marketOpenLimitSize'
      | 'makerFeeRate'
      | 'takerFeeRate'
      | 'minOrderSize'
      | 'maxOrderSize'
      | 'maxPositionSize';
    expectShape<Omit<Client.ContractSymbol, Amount>>(one, {
      symbol: 'string',
      baseAsset: 'string',
      quoteAsset: 'string',
      marginAsset: 'string',
      pricePrecision: 'number',
      quantityPrecision: 'number',
      baseAssetPrecision: 'number',
      quotePrecision: 'number',
      delivery: 'list',
      forwardContractFlag: 'boolean',
      minLeverage: 'number',
      maxLeverage: 'number',
    });
    for (const amount of [one?.contractVal, one?.minOrderSize, one?.maxOrderSize, one?.maxPositionSize]) {
      expect(Number(amount)).toBeGreaterThan(0);
    }
    expectShape(await contract.getTicker(symbol), { ...ticker, markPrice: 'string', indexPrice: 'string' });
    const depth = await contract.getDepth(symbol);
    expect(depth.asks[0]?.map(nameOf)).toEqual(['string', 'string']);
    const placed = await contract.placeOrder(resting.contract);
    expectShape(placed, { orderId: 'string', clientOrderId: 'string', success: 'boolean' });
    expectShape<Client.ContractOrder>(await contract.getOrder({ symbol, orderId: placed.orderId }), {
      symbol: 'string',
      orderId: 'string',
      clientOrderId: 'string',
      price: 'string',
      avgPrice: 'string',
      origQty: 'string',
      executedQty: 'string',
      cumQuote: 'string',
      status: 'string',
      timeInForce: 'string',
      type: 'string',
      side: 'string',
      positionSide: 'string',
      reduceOnly: 'boolean',
      stopPrice: 'string',
      workingType: 'string',
      time: 'number',
      updateTime: 'number',
    });
    expectShape(await contract.cancelOrder({ symbol, orderId: placed.orderId }), {
      orderId: 'string',
      origClientOrderId: 'string',
      success: 'boolean',
    });
    await contract.placeOrder(resting.contract);
    expectShape((await contract.cancelAllOrders())[0], {
      orderId: 'string',
      success: 'boolean',
      errorCode: 'string',
      errorMessage: 'string',
    });
    await contract.placeOrder(filling.contract);
    expectShape((await contract.getAccountBalance())[0], {
      asset: 'string',
      balance: 'string',
      availableBalance: 'string',
      frozen: 'string',
      unrealizePnl: 'string',
    });
    expectShape<Client.ContractPosition>((await contract.getPositions())[0], {
      id: 'string',
      asset: 'string',
      symbol: 'string',
      side: 'string',
      marginType: 'string',
      separatedMode: 'string',
      separatedOpenOrderId: 'string',
      isAutoAppendIsolatedMargin: 'boolean',
      cumOpenSize: 'string',
      cumOpenValue: 'string',
      cumOpenFee: 'string',
      cumCloseSize: 'string',
      cumCloseValue: 'string',
      cumCloseFee: 'string',
      cumFundingFee: 'string',
      cumLiquidateFee: 'string',
      leverage: 'string',
      size: 'string',
      openValue: 'string',
      openFee: 'string',
      fundingFee: 'string',
      marginSize: 'string',
      isolatedMargin: 'string',
      createdTime: 'number',
      updatedTime: 'number',
      unrealizePnl: 'string',
      liquidatePrice: 'string',
    });
    expectShape<Client.ContractTrade>((await contract.getTrades({ symbol }))[0], {
      id: 'string',
      orderId: 'string',
      symbol: 'string',
      buyer: 'boolean',
      commission: 'string',
      commissionAsset: 'string',
      maker: 'boolean',
      price: 'string',
      qty: 'string',
      quoteQty: 'string',
      realizedPnl: 'string',
      side: 'string',
      positionSide: 'string',
      time: 'number',
    });
    expectShape((await contract.closePositions())[0], {
      positionId: 'string',
      success: 'boolean',
      successOrderId: 'string',
      errorMessage: 'string',
    });
  });

  it('contract: data, bills and settings', async () => {
    const { client } = await connect();
    const { contract } = client;
    const symbol = 'BTCUSDT';
    expectShape<Client.PremiumIndex>((await contract.getPremiumIndex(symbol))[0], {
      symbol: 'string',
      markPrice: 'string',
      indexPrice: 'string',
      lastFundingRate: 'string',
      forecastFundingRate: 'string',
      interestRate: 'string',
      nextFundingTime: 'number',
      time: 'number',
      collectCycle: 'number',
    });
    expectShape<Client.FundingRate>((await contract.getFundingRates({ symbol }))[0], {
      symbol: 'string',
      fundingRate: 'string',
      fundingTime: 'number',
      markPrice: 'string',
    });
    expectShape<Client.OpenInterest>(await contract.getOpenInterest(symbol), {
      symbol: 'string',
      openInterest: 'string',
      time: 'number',
    });
    const candle = (await contract.getKlines({ symbol, interval: '1m', limit: 1 }))[0] ?? [];
    const texts = ['string', 'string', 'string', 'string', 'string'];
    expect(candle.map(nameOf)).toEqual([
      'number',
      ...texts,
      'number',
      'string',
      'number',
      'string',
      'string',
    ]);
    const { items } = await contract.getIncome();
    expectShape<Omit<Client.Income, 'symbol' | 'time'>>(items[0], {
      billId: 'string',
      asset: 'string',
      income: 'string',
      incomeType: 'string',
      balance: 'string',
      fillFee: 'string',
      transferReason: 'string',
    });
    expectShape<Client.CommissionRate>(await contract.getCommissionRate(symbol), {
      symbol: 'string',
      makerCommissionRate: 'string',
      takerCommissionRate: 'string',
    });
    const settings = {
      symbol: 'string',
      marginType: 'string',
      crossLeverage: 'string',
      isolatedLongLeverage: 'string',
      isolatedShortLeverage: 'string',
    } as const;
    expectShape<Client.SymbolConfig>((await contract.getSymbolConfig(symbol))[0], {
      ...settings,
      separatedType: 'string',
    });
    const leverage = { symbol, marginType: 'CROSSED', crossLeverage: 5 } as const;
    expectShape<Client.LeverageSettings>(await contract.setLeverage(leverage), settings);
    expectShape<Client.Confirmation>(await contract.setMarginType({ symbol, marginType: 'CROSSED' }), {
      code: 'string',
      msg: 'string',
      requestTime: 'number',
    });
  });
});
