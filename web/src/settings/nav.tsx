/** The sections, at the left; on a phone a page of their own. */
import { address, go } from '../app/navigation.ts';
import { s } from '../i18n/settings_text.ts';
import { count, t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { dirtyCount } from './forms.ts';
import { HEADINGS, type Section, sectionsSeen } from './sections.ts';

function Entry({ section, isAt }: { section: Section; isAt: boolean }) {
  const dirty = section.entity ? dirtyCount(section.entity) : 0;
  return (
    <button
      type="button"
      class="set-entry"
      aria-current={isAt ? 'page' : undefined}
      onClick={() => (section.open ? section.open() : go({ set: section.name, item: '' }))}
    >
      <span class="grow">{section.title()}</span>
      {dirty > 0 && (
        <b class="set-count" title={s('set.unsaved')}>
          <span class="unseen">{s('set.unsaved')}: </span>
          {count(dirty)}
        </b>
      )}
      <Icon name="right" size={16} />
    </button>
  );
}

export function Nav({ at }: { at: string }) {
  const seen = sectionsSeen();
  const isChosen = address.value.set !== '';
  return (
    <nav class={isChosen ? 'set-nav chosen' : 'set-nav'} aria-label={t('page.settings')}>
      <h1>{t('page.settings')}</h1>
      {HEADINGS.map((heading) => {
        const of = seen.filter((section) => section.heading === heading);
        if (of.length === 0) return null;
        return (
          <div key={heading} class="set-nav-part">
            <h2>{s(`heading.${heading}`)}</h2>
            {of.map((section) => (
              <Entry key={section.name} section={section} isAt={section.name === at} />
            ))}
          </div>
        );
      })}
    </nav>
  );
}
