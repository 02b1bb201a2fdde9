/** Asks our own server. Throws an Error with words for the reader. */
export async function ask(path) {
  let answer;
  try {
    answer = await fetch(path, { headers: { accept: 'application/json' } });
  } catch {
    throw new Error('Rollcall does not answer. Is it still running?');
  }
  if (answer.status === 401 || answer.status === 403) {
    location.reload();
    throw new Error('You have been signed out.');
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok)
    throw Object.assign(new Error(body.error ?? 'Rollcall could not answer.'), {
      status: answer.status,
      body,
    });
  return body;
}
