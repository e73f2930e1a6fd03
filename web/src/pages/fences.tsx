/** The geofences beside the map, which are loaded once they are asked for. */
import { lazy } from '../parts/lazy.tsx';

export const Fences = lazy(async () => (await import('../fences/panel.tsx')).FencePanel);
