import { Body, Controller, Get, NotFoundException, Param, Post, Query } from '@nestjs/common';
import type { SpotOrder, SpotPlacedOrder } from 'weex-resilience/client';
import { type OrderRequest, Trading } from './trading.js';

/** `POST /orders` and `GET /orders/:clientOrderId?symbol=BTCUSDT`. */
@Controller('orders')
export class OrdersController {
  constructor(private readonly trading: Trading) {}

  @Post()
  async place(@Body() order: OrderRequest): Promise<SpotPlacedOrder> {
    return this.trading.place(order);
  }

  @Get(':clientOrderId')
  async find(
    @Param('clientOrderId') clientOrderId: string,
    @Query('symbol') symbol: string,
  ): Promise<SpotOrder> {
    const order = await this.trading.find(clientOrderId, symbol);
    if (!order) throw new NotFoundException(`There is no order ${clientOrderId}`);
    return order;
  }
}
