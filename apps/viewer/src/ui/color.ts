/** What a colour of the theme is now, for a canvas, which knows no custom properties. */
export function colorOf(element: Element, color: string): string {
  const probe = document.createElement('span');
  probe.style.color = color;
  element.append(probe);
  const { color: resolved } = getComputedStyle(probe);
  probe.remove();
  return resolved;
}
