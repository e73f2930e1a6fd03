/** In the place of a section whose role is gone, while something that was typed there is left. */
import { go } from '../app/navigation.ts';
import { roleText } from '../app/rights.ts';
import { role } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { devices } from './devices.ts';
import { dropForms } from './forms.ts';
import { close } from './import.ts';
import type { Section } from './sections.ts';

export function Stranded({ section }: { section: Section }) {
  const drop = () => {
    if (section.entity) dropForms(section.entity);
    if (section.entity === devices) close();
    go({ set: '', item: '' });
  };
  return (
    <div class="quiet" role="alert">
      <p>{s('set.mayNot', { role: roleText(role.value) })}</p>
      <button type="button" class="button" onClick={drop}>
        {s('set.drop')}
      </button>
    </div>
  );
}
