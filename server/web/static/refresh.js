// Keeps a page's figures fresh: asks for a small number that grows with every press, and fetches the page again when it did.
// When the server is gone or the session is over, the page says since when; it goes on asking and recovers by itself.
// Without this script the page is the same; it then moves when it is loaded again.

const ASK_EVERY_S = 2;
const ASK_WHEN_ENDED_S = 30;
const AT_LEAST_EVERY_MS = 60000;
const PATIENCE_MS = 10000;
const FAILURES_BEFORE_WORD = 2; // a single lost answer is no news
const TOUCHABLE = "a, button, summary, [tabindex]";

let lookedAt = Date.now();
let heardAt = Date.now();
let failures = 0;
let over = false;

class Ended extends Error {}

async function text(address) {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  // A redirect leads to the sign-in page: the session is over.
  if (answer.redirected || answer.status === 401 || answer.status === 404) throw new Ended();
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

function clock(place) {
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: place.dataset.zone });
  return time.format(heardAt).replace(/\d/g, (digit) => [...place.dataset.digits][digit]);
}

function say(kind) {
  const place = document.querySelector(".live");
  if (!place || (place.dataset.said ?? "") === kind) return;
  place.dataset.said = kind;
  place.replaceChildren();
  if (!kind) return;
  const words = document.createElement("p");
  words.textContent = place.dataset[kind].replace("{time}", clock(place));
  if (kind === "ended") {
    const again = document.createElement("a");
    again.href = location.href; // leads over the sign-in page and back
    again.textContent = place.dataset.signIn;
    words.append(" ", again);
  }
  place.append(words);
}

function show(page) {
  const read = new DOMParser().parseFromString(page, "text/html");
  const main = document.querySelector("main");
  const fresh = read.querySelector("main");
  if (!fresh) return;
  const touched = [...main.querySelectorAll(TOUCHABLE)].indexOf(document.activeElement);
  const opened = [...main.querySelectorAll("details")].map((one) => one.open);
  const typed = [...main.querySelectorAll("input[id]")].filter((one) => one.value !== one.defaultValue);
  const scrolled = [...main.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
  main.replaceWith(fresh);
  document.querySelector("footer").replaceWith(read.querySelector("footer"));
  fresh.querySelectorAll("details").forEach((one, at) => { one.open = opened[at] ?? false; });
  fresh.querySelectorAll(".scroll").forEach((one, at) => { one.scrollLeft = scrolled[at] ?? 0; });
  typed.forEach((one) => { const again = document.getElementById(one.id); if (again) again.value = one.value; });
  if (touched >= 0) fresh.querySelectorAll(TOUCHABLE)[touched]?.focus({ preventScroll: true });
  lookedAt = Date.now();
}

async function look() {
  const main = document.querySelector("main");
  const pulse = await text(main.dataset.pulseUrl);
  const selected = document.getSelection();
  // Nobody's selection is torn away under their finger, nor a date half typed.
  const busy = (selected && !selected.isCollapsed) || main.contains(document.activeElement?.closest("form"));
  const stale = failures || over || pulse !== main.dataset.pulse || Date.now() - lookedAt >= AT_LEAST_EVERY_MS;
  if (stale && !busy) show(await text(location.href));
}

async function keepLooking() {
  const every = Number(document.querySelector("main").dataset.everyS ?? ASK_EVERY_S);
  if (document.visibilityState === "visible") {
    try {
      await look();
      [failures, over, heardAt] = [0, false, Date.now()];
      say("");
    } catch (error) {
      over = error instanceof Ended;
      failures += 1;
      if (over) say("ended");
      else if (failures >= FAILURES_BEFORE_WORD) say("lost");
    }
  }
  setTimeout(keepLooking, 1000 * (over ? ASK_WHEN_ENDED_S : failures ? ASK_EVERY_S : every));
}

setTimeout(keepLooking, 1000 * Number(document.querySelector("main").dataset.everyS ?? ASK_EVERY_S));
