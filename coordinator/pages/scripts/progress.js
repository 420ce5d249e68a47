// Keeps the part of the page that says how far a run is as the server has it. Without it the page asks again by itself.
const part = document.getElementById('progress');
const address = `/runs/${part.dataset.run}`;
/** No more often than this: lists of small agencies move many times a second. */
const LEAST_MS = 500;
/** Where no more streams may be open, it is asked this often instead. */
const ASK_MS = 5_000;

let due = false;
let busy = false;

async function show() {
  if (busy) {
    due = true;
    return;
  }
  busy = true;
  due = false;
  const answer = await fetch(`${address}/progress`).catch(() => undefined);
  if (answer?.ok) put(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  setTimeout(() => {
    busy = false;
    if (due) void show();
  }, LEAST_MS);
}

function put(now) {
  const headline = document.getElementById('headline');
  const next = now.getElementById('headline');
  if (next.dataset.over !== undefined) {
    // There is another page in its place now.
    location.reload();
    return;
  }
  // Read out only when it says something else: a live region that is put in anew each time would be read each time.
  if (headline.textContent !== next.textContent) headline.textContent = next.textContent;
  next.replaceWith(headline);
  part.replaceChildren(...now.body.childNodes);
}

const events = new EventSource(`${address}/events`);
for (const name of ['progress', 'run']) events.addEventListener(name, () => void show());
events.addEventListener('error', () => {
  if (events.readyState === EventSource.CLOSED) setInterval(() => void show(), ASK_MS);
  // It ended, and is begun again by itself: perhaps because there is nothing more to tell.
  else void show();
});
