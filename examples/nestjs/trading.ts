import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { RiskManagementError } from 'weex-resilience';
import { type SpotOrder, type SpotPlacedOrder, WeexClient } from 'weex-resilience/client';
import type { Settings } from './settings.js';

/** An order as callers send it. */
export interface OrderRequest {
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: string;
  readonly price: string;
  readonly clientOrderId?: string;
}

/** Places and looks up orders. */
@Injectable()
export class Trading {
  constructor(
    private readonly client: WeexClient,
    private readonly config: ConfigService<Settings, true>,
  ) {}

  async place({ clientOrderId, ...order }: OrderRequest): Promise<SpotPlacedOrder> {
    const max = this.config.get('maxQuantity', { infer: true });
    if (!(Number(order.quantity) <= max)) {
      throw new RiskManagementError(`The desk accepts orders of at most ${max} ${order.symbol}`, {
        riskType: 'order-size',
      });
    }
    return this.client.spot.placeOrder({
      ...order,
      type: 'LIMIT',
      timeInForce: 'GTC',
      newClientOrderId: clientOrderId,
    });
  }

  async find(clientOrderId: string, symbol: string): Promise<SpotOrder | undefined> {
    return this.client.spot.findOrder(clientOrderId, symbol);
  }
}
