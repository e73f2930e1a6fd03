/** What on a page is smaller than a finger: measured where the finger would land, not by boxes. */
import type { Page } from 'playwright-core';

export const FINGER_PX = 44;

/**
 * Each thing that can be pressed and is seen, and takes a touch on less than 44 pixels across or
 * down its middle, as a text. What stands in running text is left out, as WCAG does; so is the map itself.
 */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate((finger) => {
    const PRESSED = [
      'button',
      'a[href]',
      'select',
      'summary',
      'textarea',
      'input:not([type="hidden"])',
      '[role="button"], [role="tab"], [role="option"], [role="slider"]',
    ].join();
    const targetOf = (each: Element) => each.closest('label') ?? each;
    const isInText = (each: Element) =>
      each.matches('a') && each.closest('p, li, td, footer')?.textContent !== each.textContent;
    const presses = (target: Element, x: number, y: number) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && (target.contains(hit) || hit.closest('label')?.control === target);
    };
    const small = new Set<string>();
    for (const each of new Set([...document.querySelectorAll(PRESSED)].map(targetOf))) {
      if (!(each instanceof HTMLElement || each instanceof SVGElement) || isInText(each)) continue;
      if (each.closest('.map-host, .unseen')) continue;
      each.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const { left, right, top, bottom, width, height } = each.getBoundingClientRect();
      const x = (left + right) / 2;
      const y = (top + bottom) / 2;
      if (width === 0 || height === 0 || !presses(each, x, y)) continue; // nobody sees it
      const reach = (dx: number, dy: number) => {
        let px = 0;
        while (px < finger && presses(each, x + dx * (px + 1), y + dy * (px + 1))) px++;
        return px;
      };
      const isWide = width >= finger || reach(-1, 0) + reach(1, 0) >= finger - 2;
      const isHigh = height >= finger || reach(0, -1) + reach(0, 1) >= finger - 2;
      if (isWide && isHigh) continue;
      const name = each.getAttribute('aria-label') ?? each.textContent?.trim().slice(0, 40);
      const look = each.getAttribute('class') ?? '';
      const size = `${Math.round(width)}x${Math.round(height)}`;
      small.add(`${each.tagName.toLowerCase()}.${look} "${name}" ${size}`);
    }
    return [...small];
  }, FINGER_PX);
