// How the pages are built: one application, whose entry is index.html, into files with hashed names.
import { defineConfig, type Plugin } from 'vite';

const server = process.env['ODOGRAPH_URL'] ?? 'http://127.0.0.1:8080';

const BEGIN = 'begin';
const MAP_FILES = /^assets\/(engine|maplibre-gl-worker)-/;

/**
 * Has the first script run as soon as it is there, before the application is, and tells it in the
 * page which files the map is made of.
 */
const begin: Plugin = {
  name: 'odograph-begin',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle }) {
      if (!bundle) return html;
      const files = Object.keys(bundle);
      const first = files.find((file) => bundle[file]?.name === BEGIN);
      const ofMap = files.filter((file) => MAP_FILES.test(file)).map((file) => `/${file}`);
      if (!first || ofMap.length !== 3) throw new Error(`not as it was: ${first} ${ofMap}`);
      const own = [
        `<meta name="map-files" content="${ofMap.join(' ')}">`,
        `<script type="module" crossorigin src="/${first}"></script>`,
      ];
      return html.replace('<script type="module"', [...own, '$&'].join('\n    '));
    },
  },
};

const MAP_STYLE = /maplibre-gl\.css$/;
const RULE = /[^{}]+\{(?:[^{}]|\{[^{}]*\})*\}/g;
const OF_MAP = /^\s*\.maplibregl-(map|canvas|boxzoom|crosshair)/;

/** Leaves out of the library's sheet what its own buttons, popups and logo look like: none is shown. */
const mapStyle: Plugin = {
  name: 'odograph-map-style',
  enforce: 'pre',
  transform(code, id) {
    if (!MAP_STYLE.test(id)) return null;
    return { code: code.replace(RULE, (rule) => (OF_MAP.test(rule) ? rule : '')), map: null };
  },
};

export default defineConfig({
  cacheDir: '../build/vite', // of the server for whoever writes a page
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [begin, mapStyle],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500, // kB; the map's library is one file
    rolldownOptions: { input: { index: 'index.html', [BEGIN]: 'src/begin.ts' } },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: { '^/(api|health)': { target: server, headers: { 'Accept-Encoding': 'identity' } } },
  },
});
