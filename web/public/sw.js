/**
 * What the browser shows when the server does not answer: a page that says so, in place of its own.
 * Nothing is kept, neither pages nor data: an address may hold a key, and a position that is old
 * must not look new. The browser asks for this file anew, and takes another version at once.
 */
const PAGES = /^\/(api\/?|docs(\/devices)?\/?|s\/[^/]+)?$/i;

const TEXTS = {
  en: {
    title: 'odograph is offline',
    text: 'The server cannot be reached. This page tries again every ten seconds.',
    again: 'Try again now',
  },
  zh: {
    title: 'odograph 已离线',
    text: '无法连接服务器。本页每十秒重试一次。',
    again: '立即重试',
  },
};

const STYLE = `
:root { color-scheme: light dark }
body { display: grid; min-height: 100dvh; margin: 0; place-content: center; justify-items: center;
  gap: 12px; padding: 24px; box-sizing: border-box; text-align: center; background: #f4f6f8;
  color: #14181d; font: 16px/24px system-ui, sans-serif }
h1 { margin: 0; font-size: 24px; line-height: 32px }
p { margin: 0; max-width: 36ch }
a { display: inline-grid; place-items: center; min-height: 44px; padding: 0 20px;
  border-radius: 8px; background: #0b5fbf; color: #fff; text-decoration: none }
@media (prefers-color-scheme: dark) {
  body { background: #0f1419; color: #e8ecf1 }
  a { background: #7fb2ff; color: #0b1220 }
}`;

/** Asks whether the server is back, and only then loads the page anew. */
const SCRIPT = `
setInterval(async () => {
  const answer = await fetch('/favicon.svg', { cache: 'no-store' }).catch(() => null);
  if (answer?.ok) location.reload();
}, 10000);`;

function offlinePage() {
  const language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const { title, text, again } = TEXTS[language];
  const nonce = crypto.randomUUID();
  const html = `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>${title}</title>
<style nonce="${nonce}">${STYLE}</style>
<h1>${title}</h1>
<p>${text}</p>
<a href="">${again}</a>
<script nonce="${nonce}">${SCRIPT}</script>`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return new Response(html, {
    status: 503,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `${policy}; connect-src 'self'`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    },
  });
}

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode !== 'navigate' || !PAGES.test(new URL(request.url).pathname)) return;
  event.respondWith(fetch(request).catch(offlinePage));
});
