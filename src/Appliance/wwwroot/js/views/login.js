// Signing in, and taking over a new box.
import { api, get } from '../api.js';
import { field, h } from '../dom.js';
import { t } from '../i18n.js';

export function login(signedIn) {
  const place = h('div.login.card');
  // One form only: what was typed into another would be lost.
  get('/api/auth-info').then(info => (info.claimable ? showClaim() : showLogin()), showLogin);
  return place;

  function showLogin() {
    const name = field({ name: 'username', label: t('login.name'), value: 'admin', autocomplete: 'username', required: true });
    const password = field({ name: 'password', label: t('login.password'), type: 'password', autocomplete: 'current-password', required: true });
    showForm(t('login.title'), [name, password], t('login.action'), h('p.small.dim', t('login.hint')),
      () => api('POST', '/api/login', { username: name.value(), password: password.value() }));
  }

  function showClaim() {
    const password = field({ name: 'password', label: t('claim.password'), type: 'password', autocomplete: 'new-password', minlength: 8, required: true });
    showForm(t('claim.title'), [password], t('claim.action'), h('p.small.dim', t('claim.hint'), ' ',
      h('button', { type: 'button', onclick: showLogin }, t('claim.signIn'))),
      () => api('POST', '/api/claim', { password: password.value() }));
  }

  function showForm(title, fields, action, hint, send) {
    const problem = h('p.bad', { role: 'alert' });
    const button = h('button.main', { type: 'submit' }, action);
    const form = h('form', h('h1', title), fields.map(f => f.label), problem, h('p', button), hint);
    form.addEventListener('submit', async event => {
      event.preventDefault();
      button.disabled = true;
      try {
        signedIn((await send()).data);
      } catch (error) {
        problem.textContent = error.message;
        button.disabled = false;
      }
    });
    place.replaceChildren(form);
  }
}
