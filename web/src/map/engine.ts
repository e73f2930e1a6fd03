/**
 * MapLibre itself, with its style sheet and its worker. It is loaded by import(), so that the login
 * and the table paint without it.
 */
import 'maplibre-gl/dist/maplibre-gl.css';
import { GPUInitializationError, Map as MapLibre, prewarm, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

setWorkerUrl(workerUrl);
prewarm(); // the worker starts while the map waits for its graphics

export { GPUInitializationError, MapLibre };
