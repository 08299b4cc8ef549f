import type { Page } from "playwright-core";

/** Returns the texts of a page whose contrast is below what WCAG 2.2 asks of text (1.4.3, level AA). */
export function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parts = (color: string) => color.match(/[\d.]+/g)?.map(Number) ?? [];
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = parts(color).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = (element: Element | null): string => {
      if (!element) return "rgb(255, 255, 255)";
      const { backgroundColor } = getComputedStyle(element);
      return parts(backgroundColor)[3] === 0 ? ground(element.parentElement) : backgroundColor;
    };
    const found: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const element = text.parentElement;
      if (!element?.checkVisibility() || element.closest("script") || !text.nodeValue?.trim()) continue;
      const [light = 0, dark = 0] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < 4.5) found.push(`${text.nodeValue.trim()}: ${contrast.toFixed(2)}`);
    }
    return found;
  });
}
