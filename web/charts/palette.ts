/**
 * Colours for categories, from the guidance “Data visualisation: colours in charts” of the Government Analysis Function, in
 * its order: dark blue, turquoise, dark pink, orange, dark grey, light purple. Dark and light take turns, so that each has a
 * contrast of 3:1 with white and with its neighbours, and they are told apart without seeing colours.
 */
export const PALETTE = ['#12436D', '#28A197', '#801650', '#F46A25', '#3D3D3D', '#A285D1'] as const;

export const INK = '#0b0c0c';
export const PAPER = '#ffffff';
export const GRID = '#d8dde0';
/** Of what is not shown: 3:1 with white and more. */
export const GAP = '#626a6e';

export function colourOf(series: number): string {
  return PALETTE[series % PALETTE.length] ?? PALETTE[0];
}

/** Of two colours as WCAG 2 has it: from 1 to 21. @param one `#rrggbb`, as is the other */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
