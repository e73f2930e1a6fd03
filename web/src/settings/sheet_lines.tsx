/** The lines of a file with what is wrong with each; a wrong one is mended in place. */
import { useSignal } from '@preact/signals';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import type { Field } from './entity.ts';
import { counts, isSending, leaveOut, linesShown, mend } from './import.ts';
import { Scroll } from './scroll.tsx';
import type { Line, Sheet } from './sheet.ts';

const SHOWN_LINES = 100;

function Cell({ field, line }: { field: Field; line: Line }) {
  const value = line.values[field.name] ?? '';
  const isHere =
    line.fault !== null && (line.fault.field === field.name || line.fault.field === '');
  if (!isHere) return <td>{field.kind === 'secret' && value !== '' ? s('csv.secret') : value}</td>;
  return (
    <td>
      <input
        aria-label={`${field.label()}, ${s('csv.line', { number: String(line.number) })}`}
        aria-invalid={line.fault?.field === field.name}
        value={value}
        disabled={isSending.value}
        onChange={(event) => mend(line.number, field.name, event.currentTarget.value)}
      />
    </td>
  );
}

/** The field of a fault may be no column of the file. */
function whyOf({ fault }: Line, { fields }: Sheet): string {
  if (fault === null) return '';
  const isShown = fault.field === '' || fields.some(({ name }) => name === fault.field);
  return isShown ? fault.text : `${fault.field}: ${fault.text}`;
}

function SheetLine({ line, sheet }: { line: Line; sheet: Sheet }) {
  const { fault, isAdded, number } = line;
  return (
    <tr class={fault ? 'bad' : isAdded ? 'added' : ''}>
      <td class="set-number">{number}</td>
      <td class="set-verdict">
        {fault && <span class="fault">{whyOf(line, sheet)}</span>}
        {!fault && (
          <span class="set-good">
            <Icon name="check" size={16} /> {s(isAdded ? 'csv.isAdded' : 'csv.isGood')}
          </span>
        )}
      </td>
      {sheet.fields.map((field) => (
        <Cell key={field.name} field={field} line={line} />
      ))}
      <td>
        {fault && (
          <IconButton
            label={s('csv.leaveOut', { number: String(number) })}
            off={isSending.value}
            onClick={() => leaveOut(number)}
          >
            <Icon name="close" size={16} />
          </IconButton>
        )}
      </td>
    </tr>
  );
}

export function SheetLines({ sheet }: { sheet: Sheet }) {
  const onlyBad = useSignal(false);
  const max = useSignal(SHOWN_LINES);
  const lines = linesShown(onlyBad.value);
  const hidden = lines.length - max.value;
  return (
    <>
      {counts.value.bad > 0 && (
        <label class="check set-only">
          <input
            type="checkbox"
            checked={onlyBad.value}
            onChange={(event) => {
              onlyBad.value = event.currentTarget.checked;
            }}
          />
          {s('csv.onlyBad')}
        </label>
      )}
      <Scroll label={s('csv.title')}>
        <table class="set-table sheet">
          <thead>
            <tr>
              <th scope="col">{s('csv.lineHead')}</th>
              <th scope="col">{s('csv.verdict')}</th>
              {sheet.fields.map((field) => (
                <th key={field.name} scope="col">
                  {field.label()}
                </th>
              ))}
              <th scope="col">
                <span class="unseen">{t('none')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, max.value).map((line) => (
              <SheetLine key={line.number} line={line} sheet={sheet} />
            ))}
          </tbody>
        </table>
        {hidden > 0 && (
          <button
            type="button"
            class="button wide"
            onClick={() => {
              max.value += SHOWN_LINES;
            }}
          >
            {s('csv.more', { n: hidden })}
          </button>
        )}
      </Scroll>
    </>
  );
}
