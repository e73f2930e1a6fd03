/**
 * Keeps the screen awake while a wall is shown. Browsers have a call for that on https and on
 * localhost alone; elsewhere a silent picture that plays asks for the same, which most heed.
 */

/** A film of one still pixel, which nothing is loaded for. */
function playStill(): () => void {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  const film = document.createElement('video');
  film.muted = true;
  film.playsInline = true;
  film.className = 'unseen';
  film.setAttribute('aria-hidden', 'true');
  film.srcObject = canvas.captureStream(1);
  document.body.append(film);
  const timer = setInterval(() => context?.fillRect(0, 0, 1, 1), 1000); // else it ends
  void film.play().catch(() => undefined);
  return () => {
    clearInterval(timer);
    film.remove();
  };
}

/** Until the answer is called. The lock ends whenever the page is hidden, and is taken anew. */
export function keepAwake(): () => void {
  if (!('wakeLock' in navigator)) return playStill();
  let lock: WakeLockSentinel | null = null;
  let isOver = false;
  const take = async () => {
    if (document.visibilityState !== 'visible') return;
    lock = await navigator.wakeLock.request('screen').catch(() => null); // the battery may be low
    if (isOver) void lock?.release();
  };
  document.addEventListener('visibilitychange', take);
  void take();
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', take);
    void lock?.release();
  };
}
