/** The bar above the table: what narrows the list, and how it is laid out. */
import { focusFirst, isGrouped, list, showNewOrder } from '../app/list.ts';
import { isPhone } from '../app/screen.ts';
import { t } from '../i18n/text.ts';
import { Icon, Star } from '../parts/icon.tsx';
import { LiveState } from '../parts/live_state.tsx';
import { Narrowing } from '../parts/narrowing.tsx';
import { Popover } from '../parts/popover.tsx';
import { ColumnChoice } from './column_choice.tsx';
import { OnlineExport } from './online_export.tsx';
import { SortChoice } from './sort_choice.tsx';

interface SwitchProps {
  isOn: boolean;
  label: string;
  icon: preact.ComponentChildren;
  onClick: () => void;
}

function Switch({ isOn, label, icon, onClick }: SwitchProps) {
  return (
    <button type="button" class="button quiet-button" aria-pressed={isOn} onClick={onClick}>
      {icon}
      <span>{label}</span>
    </button>
  );
}

export function Toolbar() {
  return (
    <div class="toolbar">
      {isPhone.value ? <LiveState /> : <h1>{t('page.online')}</h1>}
      <Narrowing />
      <span class="space" />
      {list.value.isWaiting && (
        <button type="button" class="chip changed" onClick={showNewOrder}>
          <Icon name="refresh" size={16} /> {t('table.changed')}
        </button>
      )}
      <Switch
        isOn={isGrouped.value}
        label={t('table.grouped')}
        icon={<Icon name="groups" size={16} />}
        onClick={() => {
          isGrouped.value = !isGrouped.value;
        }}
      />
      <Switch
        isOn={focusFirst.value}
        label={t('table.focusFirst')}
        icon={<Star isFilled={focusFirst.value} />}
        onClick={() => {
          focusFirst.value = !focusFirst.value;
        }}
      />
      {isPhone.value ? (
        <Popover
          label={t('table.sort')}
          button={<Icon name="sort" size={16} />}
          class="button quiet-button"
          side="right"
        >
          <SortChoice />
        </Popover>
      ) : (
        <Popover
          label={t('table.columns')}
          button={
            <>
              <Icon name="columns" size={16} /> <span>{t('table.columns')}</span>
            </>
          }
          class="button quiet-button"
          side="right"
        >
          <ColumnChoice />
        </Popover>
      )}
      {!isPhone.value && <OnlineExport />}
    </div>
  );
}
