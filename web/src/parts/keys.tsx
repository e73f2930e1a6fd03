/** The list of keys. */
import { keysAreShown } from '../app/keyboard.ts';
import type { TextKey } from '../i18n/text.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';
import { useModal } from './modal.ts';

const KEYS: readonly (readonly [string[], TextKey])[] = [
  [['/', 'Ctrl K'], 'keys.search'],
  [['j', 'k', '↓', '↑'], 'keys.next'],
  [['Enter'], 'keys.open'],
  [['Esc'], 'keys.close'],
  [['1', '…', '6'], 'keys.states'],
  [[']'], 'keys.drawer'],
  [['a'], 'keys.alarm'],
  [['b'], 'keys.bell'],
  [['s'], 'keys.star'],
  [['d'], 'keys.dark'],
  [['Space'], 'keys.play'],
  [['←', '→'], 'keys.fix'],
  [[',', '.'], 'keys.stop'],
  [['<', '>'], 'keys.rate'],
  [['n', 'p'], 'keys.day'],
  [['g o'], 'keys.online'],
  [['g h'], 'keys.history'],
  [['g m'], 'keys.map'],
  [['g s'], 'keys.settings'],
  [['g r'], 'page.reports'],
  [['f'], 'keys.follow'],
  [['t', 'l', 'c'], 'keys.layers'],
  [['+', '-', '0'], 'keys.zoom'],
  [['?'], 'keys.help'],
];

export function Keys() {
  const dialog = useModal();
  const close = () => {
    keysAreShown.value = false;
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="keys-title" onClose={close}>
      <div class="dialog-head">
        <h2 id="keys-title">{t('keys.title')}</h2>
        <button type="button" class="icon-button" aria-label={t('drawer.close')} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <dl class="keys">
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>{keys.map((key) => (key === '…' ? key : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
