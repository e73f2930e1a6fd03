/** The marked alarms: how many, and the note that goes with all of them. */
import { useSignal } from '@preact/signals';
import { acknowledgeMarked, marked, markedRows, note } from './desk.ts';
import { d } from './text.ts';

const NOTE_CHARS = 200;

export function Acknowledging() {
  const isBusy = useSignal(false);
  const n = markedRows.value.length;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    await acknowledgeMarked();
    isBusy.value = false;
  };
  return (
    <form class="desk-marked" onSubmit={(event) => void submit(event)}>
      <b>{d('desk.marked', { n })}</b>
      <input
        maxLength={NOTE_CHARS}
        aria-label={d('desk.note')}
        placeholder={d('desk.note')}
        value={note.value}
        onInput={(event) => {
          note.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="button primary" disabled={isBusy.value}>
        {d('desk.acknowledge', { n })}
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          marked.value = new Set();
        }}
      >
        {d('desk.unmark')}
      </button>
    </form>
  );
}
