// How the pages are built: one application, whose entry is index.html, into files with hashed names.
import { defineConfig } from 'vite';

const server = process.env['ODOGRAPH_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  cacheDir: '../build/vite', // of the server for whoever writes a page
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500, // kB; the map's library is one file
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: { '^/(api|health)': { target: server, headers: { 'Accept-Encoding': 'identity' } } },
  },
});
