/** Copies texts. Only secure pages have a clipboard of their own; others copy what is selected. */
import { t } from '../i18n/text.ts';
import { say } from './notice.ts';

/** The old way, for pages over plain HTTP; whether it worked. */
function copySelected(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

export async function copy(text: string): Promise<void> {
  const focused = document.activeElement;
  const isCopied = await Promise.resolve()
    .then(() => navigator.clipboard.writeText(text))
    .then(
      () => true,
      () => copySelected(text),
    );
  if (focused instanceof HTMLElement) focused.focus();
  say(t(isCopied ? 'drawer.copied' : 'drawer.notCopied'));
}
