import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { Resilient } from 'weex-resilience';

/** A price, as the service returns it. */
export interface Price {
  readonly symbol: string;
  readonly price: string;
}

/** Asks the exchange for prices. */
@Injectable()
export class Prices {
  constructor(private readonly http: HttpService) {}

  @Resilient('prices', { effect: 'read', key: (symbol: string) => symbol })
  async last(symbol: string): Promise<Price> {
    const params = { symbol };
    const { data } = await firstValueFrom(this.http.get<Price>('/capi/v3/market/symbolPrice', { params }));
    return { symbol: data.symbol, price: data.price };
  }
}
