// The machines on the wire.
import { api, get, query } from '../api.js';
import { ask, h } from '../dom.js';
import { t } from '../i18n.js';
import { listen, state } from '../live.js';
import { can } from '../session.js';
import { bootCard } from './home.js';
import { run } from './images.js';

export function clients() {
  const list = h('div');
  const draw = async () => {
    const all = await get('/api/clients');
    list.replaceChildren(...(all.length ? all.map(item) : [h('p.card.dim', t('clients.none'))]));
  };
  draw();
  const element = h('div', h('div.row.between', h('h1', t('nav.clients')),
    can('operator') ? h('button', { onclick: () => edit(null, draw) }, t('clients.add')) : null), list);
  return { element, leave: listen(topic => { if (topic === 'boots') draw(); }) };

  function item(client) {
    const boot = state.boots.find(b => b.mac_address === client.mac_address);
    return h(client.enabled ? 'section.card' : 'section.card.off',
      h('div.row.between',
        h('div', h('div.title', client.name || client.mac_address),
          h('div.small.dim', [client.mac_address, client.address, client.firmware, client.description].filter(Boolean).join(' · '))),
        h('div.row',
          client.next_boot_image ? h('span.badge.good', `${t('clients.nextBoot')}: ${client.next_boot_image}`) : null,
          client.discovered ? h('span.badge.dim', t('clients.discovered')) : null,
          client.show_public_images ? null : h('span.badge.warn', t('clients.restricted')),
          can('operator') ? h('button', { onclick: () => run(api('POST', '/api/clients/wake' + query({ mac: client.mac_address }))) }, t('clients.wake')) : null,
          can('operator') ? h('button', { onclick: () => edit(client, draw) }, t('edit')) : null,
          can('operator') && !client.discovered
            ? h('button.danger', { onclick: async () => { await run(api('DELETE', '/api/clients' + query({ mac: client.mac_address }))); draw(); } }, t('remove')) : null)),
      boot ? bootCard(boot) : null);
  }
}

function edit(client, done) {
  const nextBefore = state.images.find(image => image.id === client?.next_boot_image)?.filename ?? client?.next_boot_image ?? '';
  const choices = [['', '–'], ['local', t('clients.localDisk')], ...state.images.map(image => [image.filename, image.name])];
  // An image may be away for the moment, with the card that it is on: what was said of it stays.
  if (!choices.some(([key]) => key === nextBefore)) choices.push([nextBefore, nextBefore]);
  const away = (client?.allowed_images ?? []).filter(name => !state.images.some(image => image.filename === name));
  const fields = [
    { name: 'name', label: t('clients.name'), value: client?.name ?? '' },
    { name: 'description', label: t('image.description'), value: client?.description ?? '' },
    { name: 'enabled', label: t('clients.enabled'), type: 'checkbox', value: client?.enabled ?? true },
    { name: 'show_public_images', label: t('clients.public'), type: 'checkbox', value: client?.show_public_images ?? true },
    { name: 'next_boot', label: t('clients.nextBoot'), value: nextBefore, options: choices },
    ...state.images.map(image => ({
      name: `image:${image.filename}`, label: image.filename, type: 'checkbox', value: client?.allowed_images.includes(image.filename) ?? false,
    })),
  ];
  if (!client) fields.unshift({ name: 'mac_address', label: 'MAC', required: true, placeholder: '52:54:00:12:34:56' });
  ask(client ? client.mac_address : t('clients.add'), fields, t('save'), async values => {
    const { next_boot: next, ...rest } = values;
    const body = { allowed_images: away };
    for (const [key, value] of Object.entries(rest)) {
      if (!key.startsWith('image:')) body[key] = value;
      else if (value) body.allowed_images.push(key.slice(6));
    }
    if (client) await api('PUT', '/api/clients' + query({ mac: client.mac_address }), body);
    else await api('POST', '/api/clients', body);
    // Only what was changed: a next boot that counts once may have been taken meanwhile.
    if (next !== nextBefore) await api('POST', '/api/clients/next-boot', { mac_address: client?.mac_address ?? body.mac_address, image_filename: next });
    done();
  });
}
