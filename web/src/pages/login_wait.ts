/** How long each name has to wait before it may be tried again, counted down. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const SECOND_MS = 1000;

/** Names are the same whatever their case. */
function plain(name: string): string {
  return name.trim().toLowerCase();
}

/** `leftS(name)`: whole seconds, 0: none; `begin(name, s)`: the server says so. */
export function useLoginWaits() {
  const ends = useSignal<ReadonlyMap<string, number>>(new Map());
  const nowMs = useSignal(performance.now());
  useEffect(() => {
    if (ends.value.size === 0) return;
    const timer = setInterval(() => {
      nowMs.value = performance.now();
    }, SECOND_MS);
    return () => clearInterval(timer);
  }, [ends.value]);
  const leftS = (name: string) => {
    const endMs = ends.value.get(plain(name)) ?? 0;
    return Math.max(0, Math.ceil((endMs - nowMs.value) / SECOND_MS));
  };
  const begin = (name: string, s: number) => {
    nowMs.value = performance.now();
    ends.value = new Map(ends.value).set(plain(name), nowMs.value + s * SECOND_MS);
  };
  return { leftS, begin };
}
