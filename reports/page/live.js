"use strict";
// What the reader has opened stays open: a part is known by its section and its place there.
const folded = () => [...document.querySelectorAll("section[id]")].flatMap(
  (section) => [...section.querySelectorAll("details")].map((part, i) => ({ part, name: section.id + " " + i })));
const stream = new EventSource("events");
const say = (text) => {
  const line = document.getElementById("live");
  if (line.textContent !== text) {
    line.textContent = text;
  }
};
stream.addEventListener("page", (event) => {
  const next = new DOMParser().parseFromString(event.data, "text/html");
  const open = new Set(folded().filter((f) => f.part.open).map((f) => f.name));
  document.title = next.title;
  for (const part of ["header.top", "main"]) {
    document.querySelector(part).replaceWith(next.querySelector(part));
  }
  for (const f of folded()) {
    f.part.open = open.has(f.name);
  }
  say("Live: this page follows the soak.");
});
stream.addEventListener("end", () => {
  stream.close();
  say("The soak has ended. This is its last page; report.html in its directory is the same.");
});
stream.addEventListener("error", () => say("No answer from the soak: this is the last that it has told."));
