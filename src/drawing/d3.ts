// Round numbers for axes. The build takes them in here, so that nobody has to install d3.
export { nice, ticks } from 'd3-array';

declare global {
  // The types of d3-array name it, and only browsers have it.
  interface ImageData {
    readonly data: Uint8ClampedArray;
  }
}
