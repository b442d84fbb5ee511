// Bring the question back by itself: after the thank-you, and when nobody follows.
const then = document.body.dataset.then;
const afterMs = Number(document.body.dataset.afterMs);

let timer = setTimeout(leave, afterMs);

function leave() {
  location.replace(then);
}

// Never while a finger or a key is down.
for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => {
    clearTimeout(timer);
    timer = setTimeout(leave, afterMs);
  });
}
