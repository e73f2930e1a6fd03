/** The own account: who it is, how pages look to it, its password, and where it is logged in. */
import { useEffect } from 'preact/hooks';
import { me } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { Choices } from '../parts/account_choices.tsx';
import { Value } from '../parts/value.tsx';
import { Password } from './password.tsx';
import { endToken, readTokens, type Token, tokens } from './tokens.ts';

function Who() {
  const who = me.value;
  if (!who) return null;
  return (
    <div class="set-card">
      <h3>{s('account.who')}</h3>
      <dl class="values">
        <Value name={t('login.name')}>{who.LoginName}</Value>
        <Value name={s('users.role')}>{t(`role.${who.Role}` as TextKey)}</Value>
        <Value name={t('menu.enterprise')}>{who.HoldName}</Value>
        <Value name={s('houses.zone')}>{who.TimeZone}</Value>
      </dl>
    </div>
  );
}

function TokenLine({ token }: { token: Token }) {
  return (
    <tr>
      <td>
        {token.Address || s('account.noAddress')}
        {token.Current && <b class="set-here"> {s('account.here')}</b>}
      </td>
      <td data-label={s('account.since')}>{token.CreateTime}</td>
      <td data-label={s('account.used')}>{token.LastTime ?? s('account.notUsed')}</td>
      <td>
        {!token.Current && (
          <button type="button" class="button small" onClick={() => void endToken(token)}>
            {s('account.end')}
          </button>
        )}
      </td>
    </tr>
  );
}

function Tokens() {
  useEffect(() => void readTokens(), []);
  const list = tokens.value;
  return (
    <div class="set-card wide">
      <h3>{s('account.tokens')}</h3>
      {list === null && <div class="quiet" aria-busy="true" />}
      {list === 'failed' && (
        <div role="alert">
          <p>{s('set.listFailed')}</p>
          <button type="button" class="button" onClick={() => void readTokens()}>
            {t('start.retry')}
          </button>
        </div>
      )}
      {Array.isArray(list) && (
        <table class="set-table plain">
          <thead>
            <tr>
              <th scope="col">{s('audit.address')}</th>
              <th scope="col">{s('account.since')}</th>
              <th scope="col">{s('account.used')}</th>
              <th scope="col">
                <span class="unseen">{s('account.end')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((token: Token) => (
              <TokenLine key={token.TokenID} token={token} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

export function AccountSection() {
  return (
    <div class="set-list">
      <div class="set-cards">
        <Who />
        <div class="set-card">
          <h3>{s('account.look')}</h3>
          <Choices />
        </div>
        <Password />
        <Tokens />
      </div>
    </div>
  );
}
