// The entry of the pages: puts the application, or what explains it, into the document.
import './begin.ts';
import { render } from 'preact';
import { registerOffline } from './app/offline.ts';
import { start } from './app/start.ts';
import { Application } from './pages/application.tsx';
import './style/tokens.css';
import './style/base.css';
import './style/panels.css';
import './style/shell.css';
import './style/table.css';
import './style/drawer.css';
import './style/drawer_tabs.css';
import './style/login.css';
import './style/steps.css';
import './style/phone.css';
import './style/map_over.css';
import './style/map.css';
import './style/sheet.css';
import './style/history.css';
import './style/timeline.css';
import './style/share.css';
import './style/shared.css';
import './style/touch.css';

registerOffline();
const host = document.getElementById('app');
if (host !== null && document.body.dataset['page'] === 'docs') {
  void import('./docs/start.tsx').then(({ startDocs }) => startDocs(host));
} else if (host !== null) {
  start();
  render(<Application />, host);
}
