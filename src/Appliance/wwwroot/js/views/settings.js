// The menu, accounts, and the caller's own password.
import { api, get, query } from '../api.js';
import { ask, field, h, toast } from '../dom.js';
import { t } from '../i18n.js';
import { can, session } from '../session.js';
import { run } from './images.js';

const roles = ['viewer', 'operator', 'admin'];

export function settings() {
  const menu = h('section.card');
  const users = h('section.card', { hidden: !can('admin') });
  const audit = h('section.card', { hidden: !can('admin') });
  drawMenu();
  if (can('admin')) {
    drawUsers();
    drawAudit();
  }
  return { element: h('div', h('h1', t('nav.settings')), menu, passwordCard(), users, audit) };

  async function drawMenu() {
    const theme = await get('/api/theme');
    const fields = [
      field({ name: 'title', label: t('menu.title'), value: theme.title }),
      field({ name: 'menu_timeout', label: t('menu.timeout'), type: 'number', min: 0, max: 3600, value: theme.menu_timeout }),
      field({ name: 'default_menu_item', label: t('menu.default'), value: theme.default_menu_item }),
    ];
    const save = () => run(api('PUT', '/api/theme', Object.fromEntries(fields.map(f => [f.name, f.value()]))).then(() => ({ message: t('saved') })));
    menu.replaceChildren(h('h2', t('menu.heading')), ...fields.map(f => f.label), can('operator') ? h('button.main', { onclick: save }, t('save')) : '');
  }

  async function drawUsers() {
    const all = await get('/api/users');
    users.replaceChildren(h('div.row.between', h('h2', t('users.heading')), h('button', { onclick: add }, t('users.add'))),
      h('ul.list', all.map(user => h('li.row.between', h('span.title', user.username),
        h('div.row', h('span.badge.dim', t(`role.${user.role}`)), user.enabled ? null : h('span.badge.bad', t('users.disabled')),
          h('button', { onclick: () => change(user) }, t('edit')),
          user.username === session.user ? null : h('button.danger', { onclick: async () => { await run(api('DELETE', '/api/users' + query({ username: user.username }))); drawUsers(); } }, t('delete')))))));
  }

  function add() {
    ask(t('users.add'), [
      { name: 'username', label: t('login.name'), required: true },
      { name: 'password', label: t('login.password'), type: 'password', minlength: 8, required: true, autocomplete: 'new-password' },
      { name: 'role', label: t('users.role'), value: 'operator', options: roles.map(name => [name, t(`role.${name}`)]) },
    ], t('save'), async values => { await api('POST', '/api/users', values); drawUsers(); });
  }

  function change(user) {
    ask(user.username, [
      { name: 'role', label: t('users.role'), value: user.role, options: roles.map(name => [name, t(`role.${name}`)]) },
      { name: 'password', label: t('users.newPassword'), type: 'password', minlength: 8, autocomplete: 'new-password' },
      { name: 'enabled', label: t('users.enabled'), type: 'checkbox', value: user.enabled },
    ], t('save'), async values => {
      if (!values.password) delete values.password;
      await api('PUT', '/api/users' + query({ username: user.username }), values);
      drawUsers();
    });
  }

  async function drawAudit() {
    const entries = await get('/api/audit?limit=50');
    audit.replaceChildren(h('details', h('summary', t('audit.heading')), h('table', entries.map(entry =>
      h('tr', h('td', entry.at), h('td', entry.username), h('td', entry.address), h('td', entry.action), h('td', entry.target))))));
  }
}

function passwordCard() {
  const old = field({ name: 'old', label: t('password.old'), type: 'password', autocomplete: 'current-password', required: true });
  const fresh = field({ name: 'new', label: t('password.new'), type: 'password', autocomplete: 'new-password', minlength: 8, required: true });
  const form = h('form', h('h2', t('password.heading')), old.label, fresh.label, h('button', { type: 'submit' }, t('password.change')));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    try {
      toast((await api('POST', '/api/password', { old_password: old.value(), new_password: fresh.value() })).message);
      form.reset();
    } catch (error) {
      toast(error.message);
    }
  });
  return h('section.card', form);
}
