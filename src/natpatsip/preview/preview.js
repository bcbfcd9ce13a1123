// Reloads the page when the report has changed, where the reader was, and shows what is wrong with the newest save.
(() => {
  "use strict";
  const version = document.currentScript.dataset.version;
  const key = `natpatsip-preview ${location.pathname}`;

  const kept = sessionStorage.getItem(key);
  if (kept) {
    sessionStorage.removeItem(key);
    const { x, y, open } = JSON.parse(kept);
    history.scrollRestoration = "manual";
    const restore = () => {
      document.querySelectorAll("details").forEach((each, place) => {
        if (place in open) each.open = open[place];
      });
      window.scrollTo({ left: x, top: y, behavior: "instant" });
    };
    restore();
    // Pictures and fonts may come later and move the text, until the reader scrolls.
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
  panel.setAttribute("aria-label", "What is wrong with the newest save");
  panel.hidden = true;
  const busy = element("p", "preview-busy", "Rebuilding …");
  busy.setAttribute("role", "status");
  busy.hidden = true;
  document.body.append(panel, busy);

  const show = (news) => {
    panel.hidden = !news.error;
    if (!news.error || panel.dataset.error === news.error) return;
    panel.dataset.error = news.error;
    const place = [news.notebook, news.cell && `cell ${news.cell}`].filter(Boolean).join(", ");
    const title = element("h2", "preview-title", place ? `Not rebuilt: ${place}` : "Not rebuilt");
    const [first, ...rest] = news.error.split("\n");
    const parts = [title, element("p", "preview-sentence", first)];
    if (rest.length) parts.push(element("pre", "preview-detail", rest.join("\n")));
    parts.push(element("p", "preview-note", "The page below is as it was before. This goes away when the save is mended."));
    panel.replaceChildren(...parts);
  };

  let waiting;
  const news = new EventSource("/-preview/events");
  news.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    clearTimeout(waiting);
    busy.hidden = true;
    if (told.is_building) {
      waiting = setTimeout(() => { busy.hidden = false; }, 400);
      return;
    }
    if (told.version && told.version !== version) reload();
    else show(told);
  });
  addEventListener("pagehide", () => news.close());
})();
