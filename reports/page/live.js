"use strict";
// Parts that the reader has opened stay open across updates. A part is identified by its section and its index there.
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
  say("The soak has ended. This page is final; report.html in the directory of the soak has the same content.");
});
stream.addEventListener("error", () => say("No connection to the soak: this page shows its last known state."));
