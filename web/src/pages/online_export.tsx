/** The menu that makes a file of the table. What makes it is loaded when it is asked for. */
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';

const load = () => import('../reports/online_file.ts');

export function OnlineExport() {
  const item = (text: string, act: () => void, close: () => void) => (
    <button
      type="button"
      class="menu-item"
      onClick={() => {
        close();
        act();
      }}
    >
      {text}
    </button>
  );
  return (
    <Popover
      label={t('table.export')}
      class="button quiet-button"
      side="right"
      button={
        <>
          <Icon name="download" size={16} /> <span>{t('table.export')}</span>
        </>
      }
    >
      {(close) => (
        <>
          {item(t('table.exportCsv'), () => void load().then((file) => file.exportOnline()), close)}
          {item(
            t('table.exportXlsx'),
            () => void load().then((file) => file.reportOnline()),
            close,
          )}
        </>
      )}
    </Popover>
  );
}
