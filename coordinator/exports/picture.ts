import { CoordinatorError } from '../errors.js';

/** A picture has twice as many pixels each way as the drawing has units: it is to be sharp in print. */
export const PICTURE_SCALE = 2;

/** The first of them that this computer has is drawn with. Liberation Sans is as wide as Arial, letter by letter. */
const FAMILIES = ['Liberation Sans', 'Arial', 'Helvetica', 'DejaVu Sans', 'Noto Sans', 'FreeSans'] as const;

export interface FontSource {
  /** Whether the fonts of this computer's folders are looked for. */
  readonly loadSystemFonts: boolean;
}

/** Found once: to look through all fonts of a computer takes longer than to draw. */
const found = new Map<boolean, string>();

/**
 * A drawing as PNG. The library that draws is loaded when the first is asked for.
 * Thrown when there is no font: CoordinatorError NO_FONT, for letters would be left out without a word.
 */
export async function pictureOf(svg: string, fonts: FontSource = { loadSystemFonts: true }): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const family = await familyOf(fonts);
  const rendered = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: PICTURE_SCALE },
    font: { ...fonts, defaultFontFamily: family, sansSerifFamily: family },
    background: '#ffffff',
  });
  return Uint8Array.from(rendered.asPng());
}

async function familyOf(fonts: FontSource): Promise<string> {
  const known = found.get(fonts.loadSystemFonts);
  if (known !== undefined) return known;
  const { renderAsync } = await import('@resvg/resvg-js');
  for (const family of FAMILIES) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="18" font-size="20" font-family="${family}">M</text></svg>`;
    // A default that is nobody's: else a letter of another family would stand for this one.
    const { pixels } = await renderAsync(svg, {
      font: { ...fonts, defaultFontFamily: 'none', sansSerifFamily: 'none' },
    });
    if (!pixels.some((value) => value !== 0)) continue;
    found.set(fonts.loadSystemFonts, family);
    return family;
  }
  throw new CoordinatorError(
    'NO_FONT',
    'A picture can’t be drawn: this computer has no font for its letters. Install Liberation Sans (Debian’s package ' +
      'fonts-liberation), or take the drawing as SVG.',
  );
}
