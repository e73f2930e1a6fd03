/** In the top bar: the enterprise that is acted in, for who may act in several. */
import { hasBelow, mayChooseEnterprise, showsBelow } from '../app/enterprises.ts';
import { me } from '../app/session.ts';
import { t } from '../i18n/text.ts';
import { EnterpriseList } from './enterprise_list.tsx';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

export function EnterpriseMenu() {
  if (!mayChooseEnterprise.value || !me.value?.HoldID) return null;
  const name = me.value.HoldName ?? '';
  const isBelow = hasBelow.value && showsBelow.value;
  const button = (
    <>
      <Icon name="enterprise" size={16} />
      <span class="enterprise-name">{name}</span>
      {isBelow && <span class="enterprise-below">{t('hold.andBelow')}</span>}
      <Icon name="down" size={16} />
    </>
  );
  return (
    <Popover
      label={`${t('menu.enterprise')}: ${name}${isBelow ? ` ${t('hold.andBelow')}` : ''}`}
      button={button}
      class="button quiet-button enterprise-button"
    >
      {(close) => <EnterpriseList onChosen={close} />}
    </Popover>
  );
}
