// A chart out of the page: its SVG with every colour resolved, so that it looks the same without the page's styles.

/** What the page's styles decide about a mark; written onto each mark of the copy. */
const properties = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'paint-order',
] as const;

/** A copy of a chart that is on the page with all that its styles decide written onto its marks; nothing of the page is needed to draw it. */
export function inlined(chart: SVGSVGElement): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  inline(chart, copy);
  for (const unseen of copy.querySelectorAll('[data-screen-only]')) unseen.remove();
  for (const name of ['class', 'style', 'tabindex', 'role', 'aria-label', 'aria-describedby', 'aria-activedescendant'])
    copy.removeAttribute(name);
  return copy;
}

function inline(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const property of properties) {
    const value = style.getPropertyValue(property);
    if (value !== '') to.setAttribute(property, value);
  }
  to.removeAttribute('class');
  to.removeAttribute('style');
  const targets = to.children;
  [...from.children].forEach((child, index) => {
    const target = targets[index];
    if (target) inline(child, target);
  });
}

/** The nearest background that is not transparent. */
export function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (backgroundColor !== '' && !/^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor)) return backgroundColor;
  }
  return 'white';
}
