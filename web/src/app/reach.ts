/** Whether trackers get to an address. */

/** No tracker on a mobile network gets to it: it is of this machine, or of a network at home. */
export function isOutOfReach(host: string): boolean {
  return (
    /^(localhost$|\[::1\]|\[f[cd][0-9a-f]{2}:|\[fe80:)/i.test(host) ||
    /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[0-9.]+$/.test(host)
  );
}
