// Reloads the page when the report has changed, keeping the reader's place, and shows what is wrong with the last save.
(() => {
  "use strict";
  const version = document.currentScript.dataset.version;
  const key = `natpatsip-preview ${location.pathname}`;

  const saved = sessionStorage.getItem(key);
  if (saved) {
    sessionStorage.removeItem(key);
    const { x, y, open } = JSON.parse(saved);
    history.scrollRestoration = "manual";
    const restore = () => {
      document.querySelectorAll("details").forEach((each, place) => {
        if (place in open) each.open = open[place];
      });
      window.scrollTo({ left: x, top: y, behavior: "instant" });
    };
    restore();
    // Pictures and fonts may load later and move the text: restore again, unless the reader has scrolled meanwhile.
    let moved = false;
    for (const kind of ["wheel", "touchstart", "keydown", "mousedown"]) {
      addEventListener(kind, () => { moved = true; }, { once: true, passive: true });
    }
    addEventListener("load", async () => {
      await document.fonts.ready;
      if (!moved) restore();
      history.scrollRestoration = "auto";
    });
  }

  const reload = () => {
    const open = [...document.querySelectorAll("details")].map((each) => each.open);
    sessionStorage.setItem(key, JSON.stringify({ x: scrollX, y: scrollY, open }));
    location.reload();
  };

  const element = (kind, name, text) => {
    const made = document.createElement(kind);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  };

  const panel = element("section", "preview-error");
  panel.setAttribute("role", "alert");
  panel.setAttribute("aria-label", "What is wrong with the last save");
  panel.hidden = true;
  const busy = element("p", "preview-busy", "Rebuilding …");
  busy.setAttribute("role", "status");
  busy.hidden = true;
  document.body.append(panel, busy);

  const show = (state) => {
    panel.hidden = !state.error;
    if (!state.error || panel.dataset.error === state.error) return;
    panel.dataset.error = state.error;
    const place = [state.notebook, state.cell && `cell ${state.cell}`].filter(Boolean).join(", ");
    const title = element("h2", "preview-title", place ? `Not rebuilt: ${place}` : "Not rebuilt");
    const [first, ...rest] = state.error.split("\n");
    const parts = [title, element("p", "preview-sentence", first)];
    if (rest.length) parts.push(element("pre", "preview-detail", rest.join("\n")));
    parts.push(element("p", "preview-note", "The page below is from the last build that worked. Fix the problem and save again: this message will go."));
    panel.replaceChildren(...parts);
  };

  let waiting;
  const events = new EventSource("/-preview/events");
  events.addEventListener("message", (event) => {
    const state = JSON.parse(event.data);
    clearTimeout(waiting);
    busy.hidden = true;
    if (state.is_building) {
      waiting = setTimeout(() => { busy.hidden = false; }, 400);
      return;
    }
    if (state.version && state.version !== version) reload();
    else show(state);
  });
  addEventListener("pagehide", () => events.close());
})();
