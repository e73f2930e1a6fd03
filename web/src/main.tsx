// The entry of the pages: puts the application into the document.
import { render } from 'preact';
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
import './style/history.css';
import './style/timeline.css';
import './style/share.css';

const host = document.getElementById('app');
if (host !== null) {
  start();
  render(<Application />, host);
}
