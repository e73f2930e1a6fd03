/**
 * A part of the pages that is loaded when it is first shown, so that whoever never opens it never
 * waits for it. Its props are those of the component; a part that cannot be loaded says so.
 */
import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/text.ts';

interface Loaded<P> {
  part: FunctionComponent<P> | null;
  isFailed: boolean;
}

/** After a new version of the server the file may have another name, which the shell knows. */
function NotLoaded() {
  return (
    <main class="page">
      <div class="empty" role="alert">
        <p>{t('start.failed')}</p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          {t('start.retry')}
        </button>
      </div>
    </main>
  );
}

export function lazy<P extends object>(load: () => Promise<FunctionComponent<P>>) {
  const loaded = signal<Loaded<P>>({ part: null, isFailed: false });
  const begin = () =>
    load().then(
      (part) => {
        loaded.value = { part, isFailed: false };
      },
      () => {
        loaded.value = { part: null, isFailed: true };
      },
    );
  return function Lazy(props: P) {
    const { part: Part, isFailed } = loaded.value;
    useEffect(() => {
      if (Part === null) void begin();
    }, []);
    if (Part !== null) return <Part {...props} />;
    return isFailed ? <NotLoaded /> : null;
  };
}
