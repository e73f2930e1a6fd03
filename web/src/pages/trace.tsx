/** The commissioning of a tracker, which is loaded once its device is looked at. */
import { lazy } from '../parts/lazy.tsx';

export const Trace = lazy(async () => (await import('../trace/trace_view.tsx')).TraceView);
