// The page: who is signed in, which view is shown.
import { api, get, whenSignedOut } from './api.js';
import { h } from './dom.js';
import { choose, language, languages, load, t } from './i18n.js';
import { connect, disconnect } from './live.js';
import { begin, end, session } from './session.js';
import { acceptDrops } from './uploads.js';
import { clients } from './views/clients.js';
import { home } from './views/home.js';
import { images } from './views/images.js';
import { log } from './views/log.js';
import { login } from './views/login.js';
import { settings } from './views/settings.js';

const views = [
  ['/', 'nav.home', home], ['/images', 'nav.images', images], ['/clients', 'nav.clients', clients],
  ['/log', 'nav.log', log], ['/settings', 'nav.settings', settings],
];
const main = document.getElementById('main');
let leave = () => {};

function show() {
  leave();
  leave = () => {};
  const path = location.hash.slice(1) || '/';
  const [, title, view] = views.find(([name]) => name === path) ?? views[0];
  showHeader(path);
  if (!session.user) {
    main.replaceChildren(login(signedIn));
    return;
  }
  document.title = `${t(title)} · Plugboot`;
  const shown = view();
  leave = shown.leave ?? leave;
  main.replaceChildren(shown.element);
}

function showHeader(path) {
  document.getElementById('skip').textContent = t('skip');
  document.getElementById('nav').replaceChildren(...(session.user ? views : []).map(([name, title]) =>
    h('a', { href: `#${name}`, 'aria-current': name === path ? 'page' : null }, t(title))));
  document.getElementById('nav').setAttribute('aria-label', t('nav.label'));
  document.getElementById('account').replaceChildren(
    h('select', { 'aria-label': t('language'), onchange: event => choose(event.target.value) },
      languages.map(([key, name]) => h('option', { value: key, selected: key === language() }, name))),
    ...(session.user ? [h('span.small', session.user), h('button', { onclick: signOut }, t('signOut'))] : []));
}

function signedIn(who) {
  begin(who);
  connect();
  show();
}

async function signOut() {
  await api('POST', '/api/logout').catch(() => {});
  forget();
}

function forget() {
  if (!session.user) return;
  end();
  disconnect();
  show();
}

await load();
whenSignedOut(forget);
acceptDrops();
addEventListener('hashchange', () => { show(); main.focus(); });
const info = await get('/api/auth-info');
if (info.session) signedIn(info.session);
else show();
