// Full-text search from disk: the index is a script, loaded when the search is first opened.
(function () {
  "use strict";

  var MOST = 30;
  var dialog = document.querySelector("dialog.search");
  var field = document.getElementById("search-words");
  var status = dialog.querySelector(".search-status");
  var list = dialog.querySelector(".search-results");
  var entries = null;

  function folded(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[łŁ]/g, "l").replace(/[‘’]/g, "'").toLowerCase();
  }

  // Folding changes no length except for letters with marks, so places are found letter by letter.
  function places(text, words) {
    var plain = "", at = [];
    Array.from(text).reduce(function (start, letter) {
      folded(letter).split("").forEach(function (each) { plain += each; at.push(start); });
      return start + letter.length;
    }, 0);
    at.push(text.length);
    var found = [];
    words.forEach(function (word) {
      for (var i = plain.indexOf(word); i >= 0; i = plain.indexOf(word, i + word.length)) {
        if (begins(plain, i)) found.push([at[i], at[i + word.length]]);
      }
    });
    return found.sort(function (a, b) { return a[0] - b[0]; });
  }

  function begins(text, position) { return position === 0 || !/[\p{L}\p{N}]/u.test(text[position - 1]); }

  function holds(text, word) {
    for (var i = text.indexOf(word); i >= 0; i = text.indexOf(word, i + 1)) if (begins(text, i)) return true;
    return false;
  }

  window.natpatsipIndex = function (listed) {
    entries = listed.map(function (each) {
      return { href: each[0], chapter: each[1], title: each[2], text: each[3],
        plainTitle: folded(each[2]), plainText: folded(each[1] + " " + each[3]) };
    });
    show();
  };

  function matches(words) {
    return entries.map(function (entry, position) {
      var score = 0;
      for (var i = 0; i < words.length; i++) {
        if (holds(entry.plainTitle, words[i])) score += 4;
        else if (holds(entry.plainText, words[i])) score += 1;
        else return null;
      }
      return { entry: entry, score: score, position: position };
    }).filter(Boolean).sort(function (a, b) { return b.score - a.score || a.position - b.position; });
  }

  function marked(text, words, from, to) {
    var part = document.createDocumentFragment(), end = from;
    places(text, words).forEach(function (place) {
      if (place[0] < end || place[1] > to) return;
      part.append(text.slice(end, place[0]));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(place[0], place[1]);
      part.append(mark);
      end = place[1];
    });
    part.append(text.slice(end, to));
    return part;
  }

  function snippet(text, words) {
    var first = places(text, words)[0];
    var from = first ? Math.max(0, first[0] - 60) : 0;
    if (from) from = text.indexOf(" ", from) + 1 || from;
    var to = Math.min(text.length, from + 180);
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 90);
    var shown = document.createElement("p");
    if (from) shown.append("… ");
    shown.append(marked(text, words, from, to));
    if (to < text.length) shown.append(" …");
    return shown;
  }

  function item(entry, words) {
    var line = document.createElement("li"), link = document.createElement("a"), where = document.createElement("span");
    link.href = entry.href;
    link.append(marked(entry.title, words, 0, entry.title.length));
    where.className = "search-chapter";
    where.textContent = entry.title === entry.chapter ? "Chapter" : entry.chapter;
    line.append(link, where);
    if (entry.text) line.append(snippet(entry.text, words));
    return line;
  }

  function show() {
    var words = folded(field.value).split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length || !entries) {
      status.textContent = words.length ? "The index is loading." : "";
      return;
    }
    var found = matches(words);
    found.slice(0, MOST).forEach(function (each) { list.append(item(each.entry, words)); });
    status.textContent = found.length === 0 ? "Nothing found. Each word has to occur, or begin one that does."
      : found.length === 1 ? "1 place found."
      : found.length > MOST ? found.length + " places found; the first " + MOST + " are listed."
      : found.length + " places found.";
  }

  function open() {
    dialog.showModal();
    field.select();
    if (entries || document.querySelector("script[src='assets/search-index.js']")) return;
    var script = document.createElement("script");
    script.src = "assets/search-index.js";
    script.onerror = function () {
      status.textContent = "The search needs the file assets/search-index.js, which is not beside this page.";
    };
    document.head.append(script);
  }

  document.querySelector(".search-button").addEventListener("click", open);
  field.addEventListener("input", show);
  list.addEventListener("click", function (event) {
    if (event.target.closest("a")) dialog.close();
  });
  // Up and down walk through the field and the places found; Tab does too.
  dialog.addEventListener("keydown", function (event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    var stops = [field].concat(Array.from(list.querySelectorAll("a")));
    var at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
  });
})();
