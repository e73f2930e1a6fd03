/** The settings, which are loaded once they are asked for. */
import { lazy } from '../parts/lazy.tsx';

export const Settings = lazy(async () => (await import('../settings/page.tsx')).SettingsPage);
