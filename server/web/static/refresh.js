// Keeps a page's figures fresh: asks for a small number that grows with every press, and fetches the page again when it did.
// Without this script the page is the same; it then moves when it is loaded again.

const ASK_EVERY_MS = 2000;
const AT_LEAST_EVERY_MS = 60000;
const TOUCHABLE = "a, button, summary, [tabindex]";

let lookedAt = Date.now();
let over = false;

async function text(address) {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  // A redirect leads to the sign-in page: the session is over, and asking on would keep nothing fresh.
  if (answer.redirected || answer.status === 401 || answer.status === 404) over = true;
  return answer.ok && !answer.redirected ? answer.text() : null;
}

function show(page) {
  const read = new DOMParser().parseFromString(page, "text/html");
  const main = document.querySelector("main");
  const fresh = read.querySelector("main");
  if (!fresh) return;
  const touched = [...main.querySelectorAll(TOUCHABLE)].indexOf(document.activeElement);
  const opened = [...main.querySelectorAll("details")].map((one) => one.open);
  const scrolled = [...main.querySelectorAll(".scroll")].map((one) => one.scrollTop);
  main.replaceWith(fresh);
  document.querySelector("footer").replaceWith(read.querySelector("footer"));
  fresh.querySelectorAll("details").forEach((one, at) => { one.open = opened[at] ?? false; });
  fresh.querySelectorAll(".scroll").forEach((one, at) => { one.scrollTop = scrolled[at] ?? 0; });
  if (touched >= 0) fresh.querySelectorAll(TOUCHABLE)[touched]?.focus({ preventScroll: true });
  lookedAt = Date.now();
}

async function look() {
  const main = document.querySelector("main");
  const selected = document.getSelection();
  // Nobody's selection is torn away under their finger, nor a date half typed.
  const busy = (selected && !selected.isCollapsed) || main.contains(document.activeElement?.closest("form"));
  if (document.visibilityState !== "visible" || busy) return;
  const pulse = await text(main.dataset.pulseUrl);
  if (pulse === null || (pulse === main.dataset.pulse && Date.now() - lookedAt < AT_LEAST_EVERY_MS)) return;
  const page = await text(location.href);
  if (page !== null) show(page);
}

async function keepLooking() {
  try {
    await look();
  } catch {
    // No network just now: the page stays as it is, and the next look tries again.
  }
  if (!over) setTimeout(keepLooking, ASK_EVERY_MS);
}

setTimeout(keepLooking, ASK_EVERY_MS);
