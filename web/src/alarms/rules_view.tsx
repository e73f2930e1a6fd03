/** The alarm rules of the enterprise, a group or a vehicle: what holds, from where, what is own. */
import { useEffect } from 'preact/hooks';
import '../style/rules.css';
import { t } from '../i18n/text.ts';
import { RuleRow } from './rule_row.tsx';
import { FIELDS } from './rules.ts';
import {
  changed,
  isSaving,
  maySet,
  openRules,
  type RulesDraft,
  rules,
  saveRules,
  undoAll,
  watchRules,
} from './rules_draft.ts';
import { ScopeChoice } from './scope_choice.tsx';
import { d } from './text.ts';

function Failed({ isGone }: { isGone: boolean }) {
  return (
    <div class="quiet" role="alert">
      <p>{d(isGone ? 'rules.gone' : 'rules.failed')}</p>
      <button type="button" class="button" onClick={() => void openRules()}>
        {t('start.retry')}
      </button>
    </div>
  );
}

function Foot({ now }: { now: RulesDraft }) {
  if (!maySet.value) return <p class="rules-foot quiet">{d('rules.mayNot')}</p>;
  const isChanged = changed.value.length > 0;
  return (
    <div class="rules-foot">
      {now.fault !== '' && (
        <p class="fault" role="alert">
          {now.fault}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="button primary" disabled={!isChanged || isSaving.value}>
          {d(isSaving.value ? 'rules.saving' : 'rules.save')}
        </button>
        <button type="button" class="button" disabled={!isChanged} onClick={undoAll}>
          {d('rules.undo')}
        </button>
      </div>
    </div>
  );
}

function Body() {
  const now = rules.value;
  if (now === null) return <p class="quiet">{d('rules.choose')}</p>;
  if (now === 'reading') return <p class="quiet">{d('rules.reading')}</p>;
  if (now === 'failed' || now === 'gone') return <Failed isGone={now === 'gone'} />;
  const submit = (event: Event) => {
    event.preventDefault();
    void saveRules();
  };
  return (
    <form class="rules-form" onSubmit={submit} noValidate>
      <ul class="rules-rows">
        {FIELDS.map(({ name }) => (
          <RuleRow key={name} name={name} now={now} />
        ))}
      </ul>
      <Foot now={now} />
    </form>
  );
}

export function RulesView() {
  useEffect(() => watchRules(), []);
  return (
    <div class="rules">
      <p class="rules-about">{d('rules.about')}</p>
      <ScopeChoice />
      <Body />
    </div>
  );
}
