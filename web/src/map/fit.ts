/** What "show all" means on the page beside the map; null: the fleet. */
import { signal } from '@preact/signals';

export const fitOfPage = signal<(() => void) | null>(null);
