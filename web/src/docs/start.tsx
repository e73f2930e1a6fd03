/**
 * The pages that explain: /docs the API, /docs/devices the trackers. They are for everybody, and
 * need no session; where the browser has one, calls are tried as who is logged in.
 */
import { render } from 'preact';
import { startSession } from '../app/session.ts';
import { followSettings } from '../app/settings.ts';
import { DocsPage } from './docs.tsx';
import { followHash } from './state.ts';
import { followLogin } from './token.ts';
import '../style/docs.css';
import '../style/docs_method.css';

export function startDocs(host: HTMLElement): void {
  followSettings();
  followHash();
  render(<DocsPage />, host);
  void startSession();
  followLogin();
}
