/** Copies texts. Only secure pages have a clipboard of their own; others copy what is selected. */
import { t } from '../i18n/text.ts';
import { say } from './notice.ts';

/** The old way, for pages over plain HTTP; whether it worked. */
function copySelected(text: string, host: HTMLElement): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  host.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

/** From within a dialog, which lets nothing outside be selected, `host` is that. */
export async function copy(text: string, host: HTMLElement | null = null): Promise<void> {
  const focused = document.activeElement;
  const isCopied = await Promise.resolve()
    .then(() => navigator.clipboard.writeText(text))
    .then(
      () => true,
      () => copySelected(text, host ?? document.body),
    );
  if (focused instanceof HTMLElement) focused.focus();
  say(t(isCopied ? 'drawer.copied' : 'drawer.notCopied'));
}
