import { Controller, Get, Param } from '@nestjs/common';
import { type Price, Prices } from './prices.js';

/** `GET /prices/BTCUSDT`. */
@Controller('prices')
export class PricesController {
  constructor(private readonly prices: Prices) {}

  @Get(':symbol')
  async last(@Param('symbol') symbol: string): Promise<Price> {
    return this.prices.last(symbol);
  }
}
