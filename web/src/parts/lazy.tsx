/** Parts of the pages that are loaded when they are shown first: the first load stays small. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/text.ts';

/** A component that loads another one by `load`, which imports it, and shows that. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const found = signal<ComponentType<P> | 'failed' | null>(null);
  const begin = () => {
    found.value = null;
    load().then(
      (part) => {
        found.value = part;
      },
      () => {
        found.value = 'failed';
      },
    );
  };
  return function Lazy(props: P) {
    useEffect(() => {
      if (found.peek() === null) begin();
    }, []);
    const Part = found.value;
    if (Part === null) return <div class="quiet" aria-busy="true" />;
    if (Part !== 'failed') return <Part {...props} />;
    return (
      <div class="quiet" role="alert">
        <p>{t('start.partFailed')}</p>
        <button type="button" class="button" onClick={begin}>
          {t('start.retry')}
        </button>
      </div>
    );
  };
}
