// Calls of the API. All answers are {success, message, data, error}.

let signedOut = () => {};

export function whenSignedOut(action) { signedOut = action; }

export async function api(method, path, body) {
  const options = { method, credentials: 'same-origin' };
  if (body !== undefined) {
    options.headers = { 'Content-Type': 'application/json' };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const answer = await response.json().catch(() => ({ success: false, error: `${response.status} ${response.statusText}` }));
  if (response.status === 401 && path !== '/api/login') signedOut();
  if (!answer.success) throw Object.assign(new Error(answer.error), { final: isFinal(response.status) });
  return answer;
}

export const get = async path => (await api('GET', path)).data;

export const query = values => '?' + new URLSearchParams(values);

/**
 * Whether another try gives the same answer. 412: the part begins at the wrong place, which the next try asks for; 423: the
 * box has not noticed yet that the connection before is gone (Chromium sends a part again by itself when it is cut).
 */
const isFinal = status => (status < 500 && status !== 412 && status !== 423) || status === 507;

/** Sends a part of a file; resolves to the answer. progress(bytes) tells how many of the part are on their way. */
function sendPart(url, part, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PATCH', url);
    request.upload.onprogress = event => progress(event.loaded);
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a proxy's page */ }
      if (request.status < 300) resolve(answer);
      else reject(Object.assign(new Error(answer.error ?? `${request.status}`), { final: isFinal(request.status) }));
    };
    request.onerror = () => reject(new Error('network'));
    signal.addEventListener('abort', () => { request.abort(); reject(Object.assign(new Error('cancelled'), { final: true })); });
    request.send(part);
  });
}

/** Brings a file, and goes on where it was cut off, for as long as the page is open. */
export async function upload(file, name, isPublic, progress, signal) {
  // Only what this browser began with this very file is gone on with: the box knows names, not contents.
  const key = `upload ${name}`;
  const mark = `${file.size} ${file.lastModified}`;
  for (let tries = 0; ;) {
    try {
      signal.throwIfAborted();
      const [state] = await get('/api/images/upload' + query({ filename: name }));
      signal.throwIfAborted();
      // The box may not have noticed yet that the connection before is gone.
      if (state.running) throw new Error('busy');
      const goesOn = state.offset < file.size && localStorage.getItem(key) === mark;
      const offset = goesOn ? state.offset : 0;
      localStorage.setItem(key, mark);
      progress(offset, null);
      const url = '/api/images/upload' + query({ filename: name, offset, size: file.size, public: isPublic });
      const answer = await sendPart(url, file.slice(offset), sent => { tries = 0; progress(offset + sent, null); }, signal);
      localStorage.removeItem(key);
      return answer;
    } catch (error) {
      if (error.final || signal.aborted) throw error;
      tries++;
      if (tries > 20) throw error;
      progress(null, error.message);
      await new Promise(resolve => {
        setTimeout(resolve, Math.min(1000 * 2 ** tries, 30000));
        signal.addEventListener('abort', resolve, { once: true });
      });
    }
  }
}
