/** Items that one step works on where one takes several microseconds. */
export const HEAVY_STEP_ITEMS = 512;
