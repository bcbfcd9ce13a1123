// Comforts; every page is whole without them.
(function () {
  "use strict";

  var root = document.documentElement;
  var contents = document.getElementById("contents");

  // The contents on a narrow screen close with Escape.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && location.hash === "#contents") location.hash = "#main";
  });

  // The contents follow the reading: the section on screen is marked, and kept in sight.
  var links = {};
  contents.querySelectorAll("a[href*='#']").forEach(function (link) {
    if (link.pathname === location.pathname && link.hash) links[decodeURIComponent(link.hash.slice(1))] = link;
  });
  var sections = Object.keys(links).map(function (id) { return document.getElementById(id); }).filter(Boolean);
  function mark() {
    var current = null;
    sections.forEach(function (section) {
      if (section.getBoundingClientRect().top < window.innerHeight / 3) current = section.id;
    });
    // The last section may be too short to come up so far.
    if (window.innerHeight + window.scrollY >= root.scrollHeight - 2 && window.scrollY > 0) {
      current = sections[sections.length - 1].id;
    }
    Object.keys(links).forEach(function (id) {
      if (id === current) links[id].setAttribute("aria-current", "location");
      else links[id].removeAttribute("aria-current");
    });
    var link = links[current];
    if (!link || getComputedStyle(contents).position !== "sticky") return;
    var place = link.getBoundingClientRect(), frame = contents.getBoundingClientRect();
    if (place.top < frame.top) contents.scrollTop -= frame.top - place.top + 20;
    else if (place.bottom > frame.bottom) contents.scrollTop += place.bottom - frame.bottom + 20;
  }
  var waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () { waiting = false; mark(); });
  }
  if (sections.length) {
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon, { passive: true });
    mark();
  }

  // Charts far from sight wait until the page is shown (constructs.css). Then they are laid out, one a frame, so that no tap
  // has to wait for all of them.
  function whenIdle(action) { (window.requestIdleCallback || window.setTimeout)(action); }
  addEventListener("load", function () {
    var charts = Array.from(document.querySelectorAll(".chart"));
    function layOutNext() {
      var chart = charts.shift();
      if (!chart) return root.classList.remove("opening");
      chart.classList.add("laid-out");
      requestAnimationFrame(function () { whenIdle(layOutNext); });
    }
    whenIdle(layOutNext);
  });

  // A table that compares its rows is sorted by the column that a reader chooses; empty cells and dashes come last.
  function key(row, column) {
    var text = row.cells[column].textContent.trim();
    var number = /^[+\u2212\u00a3-]?[\d,.]+/.exec(text);
    return number ? Number(number[0].replace(/[,\u00a3+]/g, "").replace("\u2212", "-")) : text === "\u2013" ? "" : text;
  }
  function order(one, other) {
    if (one === "" || other === "") return null;
    var numbers = typeof one === "number" && typeof other === "number";
    return numbers ? one - other : String(one).localeCompare(String(other), "en-GB");
  }
  function sort(table, column) {
    var heads = table.tHead.rows[0].cells, body = table.tBodies[0];
    var down = heads[column].getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(heads, function (head) { head.removeAttribute("aria-sort"); });
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    Array.prototype.slice.call(body.rows).sort(function (a, b) {
      var one = key(a, column), other = key(b, column), found = order(one, other);
      if (found === null) return (one === "") - (other === "");
      return down ? -found : found;
    }).forEach(function (row) { body.appendChild(row); });
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      if (table.tBodies[0].rows[0].cells[column].querySelector(".drawing.line")) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, column); });
    });
  });

  // The address of a figure, for the clipboard; a browser that has none shows it in the address bar.
  var said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);
  document.querySelectorAll(".figure-link").forEach(function (button) {
    var name = button.textContent;
    button.addEventListener("click", function () {
      var address = new URL("#" + button.closest("figure").id, location.href);
      function copied(words) {
        said.textContent = button.textContent = words;
        setTimeout(function () { button.textContent = name; }, 3000);
      }
      function shown() {
        location.hash = address.hash;
        copied("The link is in the address bar");
      }
      if (!navigator.clipboard) return shown();
      navigator.clipboard.writeText(address.href).then(function () { copied("Link copied"); }, shown);
    });
  });

  // A dark or a light page, as the reader's system has it until the reader chooses.
  var theme = document.querySelector("button.theme");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function isDark() { return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches; }
  function name() { theme.textContent = isDark() ? "Light mode" : "Dark mode"; }
  theme.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("natpatsip-theme", root.dataset.theme);
    } catch (error) {
      // A page from disk may not be allowed to remember.
    }
    name();
  });
  dark.addEventListener("change", name);
  name();
})();
