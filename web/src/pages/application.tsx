/** Which of the three there is to see: nothing yet, the login, or the pages. */
import { isWall } from '../app/page.ts';
import { phase, shareFault, startSession } from '../app/session.ts';
import { t } from '../i18n/text.ts';
import { lazy } from '../parts/lazy.tsx';
import { Mark } from '../parts/mark.tsx';
import { FirstSteps } from './first_steps.tsx';
import { Login } from './login.tsx';
import { ShareOver } from './share_over.tsx';
import { Shell } from './shell.tsx';

const Wall = lazy(() => import('./wall.tsx').then(({ Wall }) => Wall));

export function Application() {
  if (isWall.value) return <Wall />;
  if (phase.value === 'in') {
    return (
      <div class="frame">
        <Shell />
        <FirstSteps />
      </div>
    );
  }
  if (phase.value === 'login') return shareFault.value ? <ShareOver /> : <Login />;
  return (
    <main class="blank">
      <Mark />
      {phase.value === 'failed' && (
        <>
          <p role="alert">{t('start.failed')}</p>
          <button type="button" class="button" onClick={() => void startSession()}>
            {t('start.retry')}
          </button>
        </>
      )}
    </main>
  );
}
