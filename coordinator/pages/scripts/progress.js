// Keeps the part of the page that says how far a run is as the server has it. Without it the page asks again by itself.
const part = document.getElementById('progress');
const address = `/runs/${part.dataset.run}`;
/** No more often than this: lists of small agencies move many times a second. */
const LEAST_MS = 500;

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
  if (answer?.ok) {
    const text = await answer.text();
    const now = new DOMParser().parseFromString(text, 'text/html');
    const headline = document.getElementById('headline');
    const next = now.getElementById('headline');
    // Read out only when it says something else: a live region that is put in anew each time would be read each time.
    if (headline.textContent !== next.textContent) headline.textContent = next.textContent;
    next.replaceWith(headline);
    part.replaceChildren(...now.body.childNodes);
  }
  setTimeout(() => {
    busy = false;
    if (due) void show();
  }, LEAST_MS);
}

const events = new EventSource(`${address}/events`);
events.addEventListener('progress', () => void show());
events.addEventListener('run', ({ data }) => {
  const { state } = JSON.parse(data);
  if (['finished', 'refused', 'failed', 'cancelled'].includes(state)) {
    events.close();
    location.reload();
  } else void show();
});
