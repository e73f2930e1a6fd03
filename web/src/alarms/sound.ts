/**
 * A sound as an alarm begins, on any page, where a person asked for it. Browsers let a page sound
 * once somebody has clicked or pressed a key in it.
 */
import { effect, signal, untracked } from '@preact/signals';
import { openAlarms } from '../app/alarms.ts';
import { keep, kept } from '../app/settings.ts';
import { listen, NOTHING_HEARD } from './ring.ts';

const TONES_HZ = [880, 660];
const TONE_S = 0.22;
const LOUDNESS = 0.2;

export const isOn = signal(kept('sound') === '1');
/** The browser does not let it sound yet. */
export const isBlocked = signal(false);

let context: AudioContext | null = null;
let heard = NOTHING_HEARD;

async function wake(): Promise<AudioContext> {
  context ??= new AudioContext();
  if (context.state === 'suspended') {
    isBlocked.value = true;
    for (const name of ['pointerdown', 'keydown']) {
      addEventListener(name, () => void context?.resume(), { once: true });
    }
    await context.resume(); // waits for one of them
  }
  isBlocked.value = false;
  return context;
}

/** Two tones, one below the other. */
async function ring(): Promise<void> {
  if (isBlocked.peek()) return; // one waits already
  const audio = await wake();
  for (const [at, hz] of TONES_HZ.entries()) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    const beginS = audio.currentTime + at * TONE_S;
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(LOUDNESS, beginS);
    gain.gain.exponentialRampToValueAtTime(0.001, beginS + TONE_S);
    tone.connect(gain).connect(audio.destination);
    tone.start(beginS);
    tone.stop(beginS + TONE_S);
  }
}

/** It sounds once as it is switched on: one hears what to listen for. */
export function toggleSound(): void {
  isOn.value = !isOn.value;
  keep('sound', isOn.value ? '1' : '');
  if (isOn.value) void ring();
}

effect(() => {
  const { state, rows } = openAlarms.value;
  if (state !== 'there') {
    heard = NOTHING_HEARD;
    return;
  }
  const waiting = rows.filter(({ AcknowledgedBy }) => !AcknowledgedBy);
  const next = listen(
    heard,
    waiting.map(({ AlarmID }) => AlarmID),
    performance.now(),
    isOn.peek(),
  );
  heard = next.heard;
  if (next.rings) untracked(() => void ring());
});
