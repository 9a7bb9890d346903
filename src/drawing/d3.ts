// Round numbers for axes. The build bundles them here, so that users need not install d3.
export { nice, ticks } from 'd3-array';

declare global {
  // The types of d3-array name it, and only browsers have it.
  interface ImageData {
    readonly data: Uint8ClampedArray;
  }
}
