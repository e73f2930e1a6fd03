/** The settings (?set=SECTION): sections by role at the left, and the one that is chosen. */
import { useEffect } from 'preact/hooks';
import { addKeys } from '../app/keyboard.ts';
import { address, go } from '../app/navigation.ts';
import { isPhone } from '../app/screen.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import '../style/settings.css';
import '../style/settings_parts.css';
import { followForms } from './forms.ts';
import { followImport } from './import.ts';
import { followLists } from './lists.ts';
import { Nav } from './nav.tsx';
import { closeItem } from './section.tsx';
import { isStranded, sectionsSeen } from './sections.ts';
import { Stranded } from './stranded.tsx';

followForms();
followLists();
followImport();

const KEYS = {
  Escape: () => {
    if (address.value.item !== '') closeItem();
  },
  '/': () => document.getElementById('set-search')?.focus(),
};

/** A section that there is not, or not for who asks, is the first one. */
export function SettingsPage() {
  useEffect(() => addKeys(KEYS), []);
  const seen = sectionsSeen();
  const asked = address.value.set;
  const section = seen.find(({ name }) => name === asked) ?? seen[0];
  const isIndex = isPhone.value && asked === '';
  if (section === undefined) return null;
  const { View } = section;
  return (
    <main class="page set-page">
      {(!isPhone.value || isIndex) && <Nav at={section.name} />}
      {!isIndex && (
        <section class="set-body" aria-labelledby="set-title" key={section.name}>
          <div class="set-head">
            {isPhone.value && (
              <IconButton label={t('page.settings')} onClick={() => go({ set: '', item: '' })}>
                <Icon name="left" />
              </IconButton>
            )}
            <h2 id="set-title">{section.title()}</h2>
          </div>
          {isStranded(section) ? <Stranded section={section} /> : <View />}
        </section>
      )}
    </main>
  );
}
