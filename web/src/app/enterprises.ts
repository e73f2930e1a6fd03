/**
 * Which enterprise the pages act in. root may act in any, an admin in the own and those below it.
 * The address says which, and whether the devices of those below are shown with its own.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { t } from '../i18n/text.ts';
import { inTree, type Placed } from '../store/tree.ts';
import { folded } from '../store/words.ts';
import { type Address, ALL, FROM_FILE } from './address.ts';
import { address, adjust, go } from './navigation.ts';
import { say } from './notice.ts';
import {
  call,
  type Enterprise,
  enterEnterprise,
  enterprises,
  holdText,
  mayKeep,
  me,
  phase,
  role,
} from './session.ts';
import { keep } from './settings.ts';

const ASK_MS = 250;
const FOUND_MAX = 100;

/** What is typed into the menu. */
export const holdQuery = signal('');
/** What the server found for it, where there are more than the page has read. */
const found = signal<{ text: string; rows: Enterprise[] }>({ text: '', rows: [] });
let timer = 0;

export const mayChooseEnterprise = computed(() => enterprises.value.total > 1);

const tree = computed(() => inTree(enterprises.value.rows));
const names = computed(
  () => new Map(enterprises.value.rows.map(({ HoldID, HoldName }) => [HoldID, HoldName])),
);

export function nameOfHold(hold: number): string {
  return names.value.get(hold) ?? (hold === me.value?.HoldID ? (me.value.HoldName ?? '') : '');
}

/** Some are below the one that is acted in. */
export const hasBelow = computed(() =>
  enterprises.value.rows.some(({ ParentHoldID }) => ParentHoldID === me.value?.HoldID),
);
/** The devices of those below are shown, too. */
export const showsBelow = computed(() => address.value.below === '1' && hasBelow.value);

/** For lists that may have what is below. */
export function withBelow(): { IncludeBelow?: boolean } {
  return showsBelow.value ? { IncludeBelow: true } : {};
}

/** All as a tree; of a text those that it is a part of, without their places in it. */
export const enterprisesFound = computed<Placed<Enterprise>[]>(() => {
  const word = folded(holdQuery.value.trim());
  if (word === '') return tree.value;
  const own = tree.value.filter(({ of }) => folded(of.HoldName).includes(word));
  const known = new Set(own.map(({ of }) => of.HoldID));
  const more = found.value.text === word ? found.value.rows : [];
  const others = more.filter(({ HoldID }) => !known.has(HoldID));
  return [...own.map(({ of }) => of), ...others].map((of) => ({ of, depth: 0 }));
});

async function ask(word: string, typed: string): Promise<void> {
  const fields = { Key: typed, PageIndex: 1, PageSize: FOUND_MAX };
  const list = await call('manage/ListEnterprises', fields).catch(() => null);
  if (list !== null && typed === holdQuery.peek().trim())
    found.value = { text: word, rows: list.data };
}

/**
 * What is open of the other enterprise is not there in this one. A file of devices may go to any,
 * lists are in each, and a report of all is one of all here, too.
 */
function withoutObject(): Partial<Address> {
  const { item, fence, kind, of } = address.value;
  const isOpen = item !== '' && item !== FROM_FILE;
  return {
    ...(isOpen ? { item: '' } : {}),
    ...(fence !== '' && fence !== 'list' ? { fence: 'list' } : {}),
    ...(of === ALL ? {} : { of: '' }),
    ...(kind === 'fences' ? { opt: '' } : {}),
  };
}

export function chooseEnterprise(hold: number): void {
  if (role.value === 'root' && mayKeep()) keep('hold', String(hold));
  const ofOther = { sel: '', also: '', tab: '', g: '', ids: '', type: '' };
  go({ hold: holdText(hold), below: '', ...ofOther, ...withoutObject() });
}

export function toggleBelow(): void {
  go({ below: showsBelow.value ? '' : '1', g: '' });
}

async function follow(): Promise<void> {
  try {
    await enterEnterprise();
  } catch {
    say(t('hold.failed'));
    adjust({ hold: holdText(me.value?.HoldID ?? null) });
  }
}

export function followEnterprise(): void {
  const wanted = computed(() => (phase.value === 'in' ? address.value.hold : null));
  effect(() => {
    if (wanted.value !== null) untracked(() => void follow());
  });
  effect(() => {
    const typed = holdQuery.value.trim();
    const isCut = enterprises.value.total > enterprises.value.rows.length;
    clearTimeout(timer);
    if (typed !== '' && isCut)
      timer = window.setTimeout(() => void ask(folded(typed), typed), ASK_MS);
  });
}
