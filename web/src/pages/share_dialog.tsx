/** Shares vehicles by a link: until when, the link itself, and the links that are active. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { copy } from '../app/clipboard.ts';
import { fleet } from '../app/fleet.ts';
import { shortTime } from '../app/shared.ts';
import { closeSharing, type Made, type Sharing, sharing } from '../app/shares.ts';
import { t } from '../i18n/text.ts';
import { useModal } from '../parts/modal.ts';
import { ShareForm } from './share_form.tsx';
import { ShareList } from './share_list.tsx';

function titleOf({ ids }: Sharing): string {
  if (ids.length === 0) return t('share.links');
  if (ids.length > 1) return t('share.several', { n: ids.length });
  const slot = fleet.slotOfId(ids[0] ?? '');
  return t('share.one', { name: fleet.texts.plate[slot] ?? ids[0] ?? '' });
}

/** The link, for who has just made it. */
function Link({ made }: { made: Made }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), [made.url]);
  return (
    <div class="share-made">
      <p role="status">{t('share.made', { time: shortTime(made.until) })}</p>
      <input
        class="share-link"
        ref={field}
        readOnly
        aria-label={t('share.link')}
        value={made.url}
      />
      <p class="hint">{t('share.once')}</p>
    </div>
  );
}

function Opened({ about }: { about: Sharing }) {
  const dialog = useModal();
  const made = useSignal<Made | null>(null);
  return (
    <dialog
      class="dialog share"
      ref={dialog}
      aria-labelledby="share-title"
      onClose={() => closeSharing(about.number)}
    >
      <h2 id="share-title">{titleOf(about)}</h2>
      {made.value !== null && <Link made={made.value} />}
      {made.value === null && about.ids.length > 0 && (
        <ShareForm
          about={about}
          onMade={(found) => {
            made.value = found;
          }}
        />
      )}
      <ShareList
        onEnded={(id) => {
          if (made.value?.id === id) made.value = null; // it opens nothing any more
        }}
      />
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {t('share.done')}
        </button>
        {made.value !== null && (
          <button
            type="button"
            class="button primary"
            onClick={() => void copy(made.value?.url ?? '', dialog.current)}
          >
            {t('share.copy')}
          </button>
        )}
      </div>
    </dialog>
  );
}

export function ShareDialog() {
  const about = sharing.value;
  return about && <Opened key={about.number} about={about} />;
}
