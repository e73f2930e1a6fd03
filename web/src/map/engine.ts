/**
 * MapLibre itself, with its style sheet and its worker. It is loaded by import(), so that the login
 * and the table paint without it.
 */
import 'maplibre-gl/dist/maplibre-gl.css';
import { GPUInitializationError, Map as MapLibre, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

setWorkerUrl(workerUrl);

export { GPUInitializationError, MapLibre };
