/** What the server says of itself in the page that it sends: attributes of the body. */
function said(name: string): string {
  return document.body.dataset[name] ?? '';
}

/** A demonstration fleet runs: demo/demo logs in. */
export function isDemo(): boolean {
  return 'demo' in document.body.dataset;
}

/** Where trackers report to: the host by which this page was reached. */
export function trackerHost(): string {
  return location.hostname;
}

/** The same as HOST:PORT. */
export function trackerAddress(): string {
  const port = said('devicePort');
  return port === '' ? trackerHost() : `${trackerHost()}:${port}`;
}
