/** What tests do with the map: wait for it, find the point where a place is drawn, look at pixels. */
import type { Page } from 'playwright-core';
import type { Client } from './client.ts';
import { eventually } from './pages.ts';

/** The map monitor by a key, at a view zoom/lat/lon; '': where it begins by itself. */
export async function openMap(page: Page, client: Client, view = '', query = ''): Promise<void> {
  const v = view === '' ? '' : `&v=${view}`;
  await page.goto(`/api?fun=2&key=${client.token}${v}${query}`);
  await page.locator('[data-row="0"]').waitFor();
  await mapRests(page);
}

/** Base map and vehicles are there, nothing moves, and the address says where. */
export async function mapRests(page: Page): Promise<void> {
  await page.locator('.map[data-base="there"][data-idle="true"][data-told="true"]').waitFor();
}

const TILE = 512;

function mercatorY(lat: number): number {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

export interface Point {
  x: number;
  y: number;
}

/** Where a place is on the page, by the view of the address and what panels leave of the map. */
export async function pointOf(page: Page, lat: number, lon: number): Promise<Point> {
  // both of one instant: page.url() may be that of a view before
  const { view, free } = await page.locator('.map-over').evaluate((over) => {
    const { x, y, width, height } = over.getBoundingClientRect();
    const view = new URLSearchParams(location.search).get('v') ?? '';
    return { view, free: { x, y, width, height } };
  });
  const [zoom = 0, midLat = 0, midLon = 0] = view.split('/').map(Number);
  const scale = TILE * 2 ** zoom;
  return {
    x: free.x + free.width / 2 + ((lon - midLon) / 360) * scale,
    y: free.y + free.height / 2 + (mercatorY(lat) - mercatorY(midLat)) * scale,
  };
}

/** Clicks a place as a hand does: the pointer comes there first. */
export async function clickAt(page: Page, lat: number, lon: number): Promise<void> {
  const { x, y } = await pointOf(page, lat, lon);
  await page.mouse.move(x - 3, y - 3);
  await page.mouse.move(x, y);
  await page.mouse.click(x, y);
}

/** The menu of a right click at a place; a bar that comes or goes moves the map, and closes it. */
export async function openMenu(page: Page, lat: number, lon: number): Promise<void> {
  const menu = page.locator('.map-menu');
  await eventually(page, async () => {
    const { x, y } = await pointOf(page, lat, lon);
    await page.mouse.click(x, y, { button: 'right' });
    await menu.waitFor({ timeout: 5000 });
  });
}

/** How many pixels around a point have nearly the colour of a token of tokens.css. */
export async function pixelsOf(page: Page, at: Point, token: string): Promise<number> {
  const clip = { x: Math.round(at.x) - 16, y: Math.round(at.y) - 16, width: 32, height: 32 };
  const bytes = await page.screenshot({ clip });
  return await page.evaluate(
    async ([data, name]) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${data}`;
      await picture.decode();
      const canvas = document.createElement('canvas');
      canvas.width = picture.width;
      canvas.height = picture.height;
      const pen = canvas.getContext('2d');
      if (!pen) return 0;
      pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      pen.fillRect(0, 0, 1, 1);
      const wanted = pen.getImageData(0, 0, 1, 1).data;
      pen.drawImage(picture, 0, 0);
      const { data: found } = pen.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < found.length; at += 4) {
        const isNear = [0, 1, 2].every(
          (part) => Math.abs((found[at + part] ?? 0) - (wanted[part] ?? 0)) <= 6,
        );
        if (isNear) count++;
      }
      return count;
    },
    [bytes.toString('base64'), token] as const,
  );
}
