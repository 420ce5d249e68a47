import { xmlText } from '../../core/base/index.js';

/** Pages let no style of an element through, so that everything is said by attributes. */
type Attributes = Readonly<Record<string, string | number>>;

/** Within brackets of marks or of names, what stands in it is text and elements that were made here. */
export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${valueText(value)}"`);
  return content.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content.join('')}</${name}>`;
}

/** To a hundredth of a unit: what comes after is nobody's to see, and may differ between computers. */
function valueText(value: string | number): string {
  return typeof value === 'string' ? xmlText(value) : String(Number(value.toFixed(2)));
}

export function textElement(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, xmlText(text));
}
