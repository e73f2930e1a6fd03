/** A page whose code is loaded when it is first shown, so that the others need not wait for it. */
import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { Skeleton } from './skeleton.tsx';

/** What did not come is not asked for again by import(): only the whole page is. */
function Failed() {
  return (
    <div class="quiet" role="alert">
      <p>{t('page.failed')}</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        {t('start.retry')}
      </button>
    </div>
  );
}

export function later(load: () => Promise<FunctionComponent>): FunctionComponent {
  const page = signal<{ Shown: FunctionComponent } | 'none' | 'failed'>('none');
  const begin = () => {
    if (page.peek() !== 'none') return;
    void load().then(
      (Shown) => {
        page.value = { Shown };
      },
      () => {
        page.value = 'failed';
      },
    );
  };
  return function Later() {
    useEffect(begin, []);
    const found = page.value;
    if (typeof found === 'object') return <found.Shown />;
    return <main class="page">{found === 'failed' ? <Failed /> : <Skeleton />}</main>;
  };
}
