// The images: what is said of them, and how they come and go.
import { api, query } from '../api.js';
import { ask, h, size, toast } from '../dom.js';
import { t } from '../i18n.js';
import { listen, state } from '../live.js';
import { can } from '../session.js';
import { chooseFiles } from '../uploads.js';

const methods = ['auto', 'kernel', 'sanboot', 'nbd', 'nfs', 'memdisk'];

export function images() {
  const list = h('div');
  const work = h('div');
  const drawList = () => list.replaceChildren(...groups());
  const drawWork = () => work.replaceChildren(...transfers());
  drawList();
  drawWork();
  return {
    element: h('div', h('div.row.between', h('h1', t('nav.images')), toolbar()), work, list),
    // The list is not made anew while bytes come: what has the focus keeps it.
    leave: listen(topic => {
      if (topic === 'images') drawList();
      else if (['uploads', 'downloads', 'extractions'].includes(topic)) drawWork();
    }),
  };
}

function toolbar() {
  if (!can('operator')) return '';
  return h('div.row',
    h('button.main', { onclick: chooseFiles }, t('upload.action')),
    h('button', { onclick: download }, t('download.action')),
    h('button', { onclick: showCatalogue }, t('catalogue.action')),
    h('button', { onclick: () => run(api('POST', '/api/scan')) }, t('images.scan')));
}

export function download() {
  ask(t('download.title'), [
    { name: 'url', label: t('download.url'), type: 'url', required: true, placeholder: 'https://' },
    { name: 'filename', label: t('download.filename') },
    { name: 'sha256', label: t('download.sha256'), pattern: '[0-9a-fA-F]{64}' },
    { name: 'description', label: t('image.description') },
  ], t('download.begin'), values => api('POST', '/api/images/download',
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))));
}

/** Well-known images: one click fetches the newest, as its maker publishes it. */
async function showCatalogue() {
  const answer = await api('GET', '/api/catalogue');
  if (answer.message) toast(answer.message);
  const choices = answer.data.map(entry => [entry.id, `${entry.group}: ${entry.name}`]);
  ask(t('catalogue.title'), [{ name: 'id', label: t('catalogue.image'), options: choices, value: choices[0]?.[0] }],
    t('download.begin'), values => api('POST', '/api/catalogue/download', values));
}

function transfers() {
  const bars = [
    ...state.downloads.map(d => bar(d.filename, d.percentage, `${size(d.downloaded_bytes)} · ${d.speed} · ${d.error ?? t(`download.${d.status}`)}`,
      d.status === 'error', () => api('DELETE', '/api/downloads' + query({ filename: d.filename })))),
    ...state.extractions.filter(e => e.status !== 'done').map(e => bar(e.filename, e.percent, e.error ?? e.stage, e.status === 'error')),
    ...state.uploads.filter(u => !u.running).map(u => bar(u.filename, u.size ? 100 * u.offset / u.size : null, t('upload.unfinished', { size: size(u.offset) }), false,
      () => api('DELETE', '/api/images/upload' + query({ filename: u.filename })))),
  ];
  return bars.length ? [h('section.card', h('h2', t('images.transfers')), h('ul.list', bars))] : [];
}

function bar(name, percent, text, failed, forget) {
  return h('li', h('div.title', name),
    failed ? null : h('progress', { max: 100, 'aria-label': name, ...(percent === null ? {} : { value: percent }) }),
    h('div.row.between', h(failed ? 'span.small.bad' : 'span.small.dim', text),
      forget && can('operator') ? h('button', { onclick: () => run(forget()) }, t('remove')) : null));
}

function groups() {
  if (state.images.length === 0) return [h('p.card.dim', t('home.noImages'))];
  const byGroup = Map.groupBy ? Map.groupBy(state.images, image => image.group)
    : state.images.reduce((map, image) => map.set(image.group, [...(map.get(image.group) ?? []), image]), new Map());
  return [...byGroup.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([group, members]) =>
    h('section.card', group ? h('h2', group) : null,
      h('ul.list', members.sort((a, b) => a.order - b.order || a.name.localeCompare(b.name)).map(item))));
}

function item(image) {
  return h(image.enabled ? 'li' : 'li.off',
    h('div.row.between',
      h('div', h('div.title', image.name), h('div.small.dim', `${image.filename} · ${image.kind} · ${size(image.size)}`),
        image.description ? h('div.small', image.description) : null,
        image.injected.length ? h('div.small', t('image.injected', { files: image.injected.map(file => file.path).join(', ') })) : null,
        image.problem ? h('div.small.bad', image.problem) : null),
      h('div.row', badges(image))),
    can('operator') ? h('div.row', buttons(image)) : null);
}

function badges(image) {
  return [
    image.public ? null : h('span.badge.dim', t('image.private')),
    image.extracted ? h('span.badge.good', 'kernel') : null,
    image.boot_method === 'auto' ? null : h('span.badge.dim', image.boot_method),
    image.integrity === 'verified' ? h('span.badge.good', t('image.verified')) : null,
    image.integrity === 'damaged' || image.integrity === 'unreadable' ? h('span.badge.bad', t('image.damaged')) : null,
    image.netboot_required && !image.netboot_available ? h('span.badge.warn', t('image.netbootRequired')) : null,
  ];
}

function buttons(image) {
  const { filename } = image;
  return [
    h('button', { onclick: () => edit(image) }, t('edit')),
    h('button', { onclick: () => run(api('PUT', '/api/images' + query({ filename }), { enabled: !image.enabled })) },
      t(image.enabled ? 'image.disable' : 'image.enable')),
    image.netboot_required && !image.netboot_available && image.netboot_url
      ? h('button', { onclick: () => run(api('POST', '/api/images/netboot/download', { filename })) }, t('image.netbootDownload')) : null,
    image.extracted
      ? h('button', { onclick: () => run(api('DELETE', '/api/images/extract' + query({ filename }))) }, t('image.unextract'))
      : h('button', { onclick: () => run(api('POST', '/api/images/extract?async=true', { filename })) }, t('image.extract')),
    can('admin') ? h('button.danger', { onclick: () => remove(image) }, t('delete')) : null,
  ];
}

function edit(image) {
  ask(image.filename, [
    { name: 'name', label: t('image.name'), value: image.name },
    { name: 'description', label: t('image.description'), value: image.description },
    { name: 'group', label: t('image.group'), value: image.group },
    { name: 'order', label: t('image.order'), type: 'number', value: image.order },
    { name: 'boot_method', label: t('image.method'), value: image.boot_method, options: methods.map(name => [name, t(`method.${name}`)]) },
    { name: 'boot_params', label: t('image.parameters'), value: image.boot_params },
    { name: 'enabled', label: t('image.enabled'), type: 'checkbox', value: image.enabled },
    { name: 'public', label: t('image.public'), type: 'checkbox', value: image.public },
  ], t('save'), values => {
    if (values.group === image.group) delete values.group;
    return api('PUT', '/api/images' + query({ filename: image.filename }), values);
  });
}

function remove(image) {
  ask(t('image.deleteTitle', { name: image.filename }), [], t('delete'),
    () => api('DELETE', '/api/images' + query({ filename: image.filename, delete_file: true })));
}

export async function run(call) {
  try {
    const answer = await call;
    if (answer.message) toast(answer.message);
  } catch (error) {
    toast(error.message);
  }
}
