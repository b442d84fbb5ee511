// The shopper's page in motion. Every picture is made by the program; this only asks for the next one and puts it in place, so
// that nothing flickers. Without it the page is forms and links, and works too.

const STATE_MS = 500;
const SLOW_MS = 3_000;
const GONE_MS = 15_000;
const ALIVE_MS = 10_000;
// A key that is never let go must not stop the languages for ever.
const LONGEST_HOLD_MS = 60_000;

let main = document.querySelector("main");
let since = performance.now();
let person = -Infinity;
let heard = performance.now();
let held = false;
let busy = false;
const down = new Map();

const now = () => performance.now();

// ---------- one picture after the other ----------

async function show(address, request) {
  busy = true;
  try {
    const answer = await fetch(address, { ...request, signal: AbortSignal.timeout(15_000) });
    if (!answer.ok) throw new Error(answer.status);
    put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    heard = now();
  } finally {
    busy = false;
  }
}

function put(page) {
  const focused = main.contains(document.activeElement) ? name(document.activeElement) : null;
  const next = page.querySelector("main");
  if (next === null) return;
  main.replaceWith(next);
  main = next;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dir = page.documentElement.dir;
  document.title = page.title;
  for (const id of ["starting", "gone"]) document.getElementById(id).replaceWith(page.getElementById(id));
  for (const id of ["said", "said-urgently"]) say(id, page.getElementById(id).textContent);
  if (focused !== null) main.querySelector(focused)?.focus({ preventScroll: true });
  since = now();
}

function name(element) {
  if (element.matches(".plate")) return `.plate[value="${element.value}"]`;
  return element.matches("[hreflang]") ? `[hreflang="${element.hreflang}"]` : null;
}

function say(id, text) {
  const place = document.getElementById(id);
  if (place.textContent !== text) place.textContent = text;
}

// Where no answer comes, the next look at the state tells what to show.
const quietly = (promise) => promise.catch(() => {});

// ---------- a person is there ----------

function press(plate) {
  if (busy) return;
  person = now();
  const form = new FormData(plate.form);
  form.set("button", plate.value);
  quietly(show(plate.form.action, { method: "POST", body: new URLSearchParams(form) }));
}

function isHeld() {
  for (const [which, at] of down) if (now() - at > LONGEST_HOLD_MS) down.delete(which);
  return held || down.size > 0;
}

addEventListener("pointerdown", (event) => {
  down.set(event.pointerId, now());
  person = now();
  // The first finger only: a hand laid on the glass is not several people.
  if (!event.isPrimary || event.button !== 0) return;
  const plate = event.target.closest?.(".plate");
  if (plate) press(plate);
});
function lift(which) {
  // Whoever lifts a finger is still there.
  if (down.delete(which)) person = now();
}

for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, (event) => lift(event.pointerId));
addEventListener("keydown", (event) => {
  if (!event.repeat) down.set(event.code, now());
  person = now();
});
addEventListener("keyup", (event) => lift(event.code));
addEventListener("blur", () => down.clear());

addEventListener("click", (event) => {
  const plate = event.target.closest?.(".plate");
  const language = event.target.closest?.("[hreflang]");
  if (plate) {
    event.preventDefault();
    // Keys and screen readers click without a pointer; a pointer has pressed already when it came down.
    if (event.detail === 0) press(plate);
  } else if (language && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    person = now();
    quietly(show(language.href).then(() => say("said", main.dataset.chosen)));
  }
});
for (const kind of ["contextmenu", "dragstart"]) addEventListener(kind, (event) => event.preventDefault());

// ---------- by itself ----------

function turn() {
  if (busy) return;
  const page = main.dataset;
  if (page.page === "said") {
    if (now() - since >= Number(page.afterMs)) quietly(show(page.then));
    return;
  }
  // A visit lasts as long as the box takes two presses for one person's: nothing changes under their eyes.
  if (page.page !== "ask" || isHeld() || now() - person < Number(page.visitMs)) return;
  if (page.row !== "0") {
    if (now() - since >= Number(page.visitMs)) quietly(show(page.first));
    return;
  }
  if (page.turn && now() - since >= Number(page.turnMs)) quietly(show(page.turn));
}

async function follow() {
  const asked = now();
  try {
    const answer = await fetch("/screen/state", { signal: AbortSignal.timeout(2_000) });
    if (!answer.ok) throw new Error(answer.status);
    const state = await answer.json();
    heard = now();
    held = state.held;
    // An answer that is older than the picture knows less than it.
    if (!busy && asked > since) await keepUp(state);
  } catch {
    if (now() - heard > GONE_MS) stand("gone");
    else if (now() - heard > SLOW_MS) stand("starting");
  }
  setTimeout(follow, STATE_MS);
}

async function keepUp(state) {
  const page = main.dataset;
  const stranger = page.page === "starting" || page.page === "gone";
  if (stranger || state.mode !== page.mode || String(state.config) !== page.config) {
    await show(page.first);
  } else if (String(state.told) !== page.told) {
    // Somebody pressed on the box itself.
    person = now();
    const row = state.row + (state.said === "sorry" ? 0 : 1);
    const said = new URLSearchParams({ lang: page.lang, said: state.said, row });
    await show(Number(page.told) < state.told ? `/screen?${said}` : page.first);
  }
}

function stand(id) {
  if (main.dataset.page === id) return;
  main.replaceChildren(document.getElementById(id).content.cloneNode(true));
  main.dataset.page = id;
}

// Who looks after the browser begins anew with it when this falls silent.
const callHome = () => quietly(fetch("/alive", { method: "POST" }));
callHome();
setInterval(callHome, ALIVE_MS);
setInterval(turn, 100);
follow();
