// Files that this page brings, and what shows them.
import { api, query, upload } from './api.js';
import { ask, h, size, toast } from './dom.js';
import { t } from './i18n.js';
import { can } from './session.js';

const place = () => document.getElementById('transfers');
const endings = /\.(iso|img)$/i;

/** Asks where the files are to go, and brings them one after another. */
export function bring(files) {
  const images = [...files].filter(file => endings.test(file.name));
  if (images.length < files.length) toast(t('upload.onlyImages'));
  if (images.length === 0) return;
  ask(t('upload.title', { count: images.length }), [
    { name: 'folder', label: t('upload.folder'), placeholder: 'linux/live' },
    { name: 'public', label: t('image.public'), type: 'checkbox', value: true },
  ], t('upload.begin'), async values => { sendAll(images, values.folder.replace(/^\/+|\/+$/g, ''), values.public); });
}

async function sendAll(images, folder, isPublic) {
  for (const file of images) await send(file, folder ? `${folder}/${file.name}` : file.name, isPublic);
}

async function send(file, name, isPublic) {
  const stop = new AbortController();
  const bar = h('progress', { max: file.size, value: 0, 'aria-label': name });
  const text = h('span.small.dim');
  const card = h('div.card', h('div.title', name), bar, h('div.row.between', text,
    h('button', { onclick: () => stop.abort() }, t('cancel'))));
  place().append(card);
  const began = Date.now();
  let first = null;
  try {
    await upload(file, name, isPublic, (sent, problem) => {
      if (sent === null) { text.textContent = t('upload.again', { problem }); return; }
      first ??= sent;
      bar.value = sent;
      const rate = (sent - first) / Math.max(Date.now() - began, 1) * 1000;
      text.textContent = `${size(sent)} / ${size(file.size)}` + (rate > 0 ? ` · ${size(rate)}/s` : '');
    }, stop.signal);
    toast(t('upload.done', { name }));
  } catch (error) {
    if (stop.signal.aborted) await discard(name);
    else toast(`${name}: ${error.message}`);
  }
  card.remove();
}

/** The box may not have noticed yet that the connection is gone, and refuses as long. */
async function discard(name) {
  for (let tries = 0; tries < 10; tries++) {
    try { return await api('DELETE', '/api/images/upload' + query({ filename: name })); } catch (error) { if (error.final) return; }
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

/** Anywhere on the page is where files can be dropped. */
export function acceptDrops() {
  const cover = document.getElementById('drop');
  let depth = 0;
  const hasFiles = event => can('operator') && [...(event.dataTransfer?.types ?? [])].includes('Files');
  addEventListener('dragenter', event => {
    if (!hasFiles(event)) return;
    depth++;
    cover.textContent = t('upload.drop');
    cover.hidden = false;
  });
  addEventListener('dragleave', event => { if (hasFiles(event) && --depth <= 0) cover.hidden = true; });
  addEventListener('dragover', event => { if (hasFiles(event)) event.preventDefault(); });
  addEventListener('drop', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    cover.hidden = true;
    bring(event.dataTransfer.files);
  });
}

export function chooseFiles() {
  const input = h('input', { type: 'file', accept: '.iso,.img', multiple: true, onchange: () => bring(input.files) });
  input.click();
}
