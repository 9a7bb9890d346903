import type { ContractClient } from './contract-client.js';
import { collect, readPages } from './read-pages.js';
import type { SpotClient } from './spot-client.js';
import { algoAsStreamed, asStreamed } from './stream-frames.js';
import type { GapReader } from './stream-gap.js';

const limit = 1_000;

/** Reads what a stream of the spot market missed. */
export function spotGapReader(spot: SpotClient): GapReader {
  return {
    open: async () => (await spot.getOpenOrders()).map(asStreamed),
    past: async (symbol, startTime) => {
      const pages = readPages(1, limit, (page) => spot.getOrderHistory({ symbol, startTime, limit, page }));
      return (await collect(pages)).map(asStreamed);
    },
  };
}

/** Reads what a stream of the contract market missed, including waiting conditional orders. */
export function contractGapReader(contract: ContractClient): GapReader {
  return {
    open: async () => {
      const [orders, algos] = await Promise.all([contract.getOpenOrders(), contract.getOpenAlgoOrders()]);
      return [...orders.map(asStreamed), ...algos.map(algoAsStreamed)];
    },
    past: async (symbol, startTime) => {
      const pages = readPages(0, limit, (page) =>
        contract.getOrderHistory({ symbol, startTime, limit, page }),
      );
      return (await collect(pages)).map(asStreamed);
    },
  };
}
