// Full-text search from disk: the index is a script, loaded when the search is first opened.
(function () {
  "use strict";

  var MOST = 30;
  var dialog = document.querySelector("dialog.search");
  var field = document.getElementById("search-words");
  var status = dialog.querySelector(".search-status");
  var list = dialog.querySelector(".search-results");
  var entries = null;
  var vocabulary = []; // the words of the report, the more frequent first

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
      var chapter = each[1].split(" › ")[0];
      return { href: each[0], path: each[1], title: each[2], text: each[3],
        plainTitle: folded(each[2]), plainText: folded(chapter + " " + each[3]) };
    });
    var known = {};
    entries.forEach(function (entry) {
      (entry.plainTitle + " " + entry.plainText).split(/[^\p{L}\p{N}]+/u).forEach(function (word) {
        if (word.length > 3 && !/\d/.test(word)) known[word] = (known[word] || 0) + 1;
      });
    });
    vocabulary = Object.keys(known).sort(function (a, b) { return known[b] - known[a]; });
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

  // How many letters have to be added, taken away, changed or swapped with the next to make one word of another.
  function distance(one, other) {
    var before = [], last = [], row = [];
    for (var j = 0; j <= other.length; j++) last.push(j);
    for (var i = 1; i <= one.length; i++) {
      row = [i];
      for (j = 1; j <= other.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      before = last;
      last = row;
    }
    return last[other.length];
  }

  // The word of the report that was probably meant: one or two letters away, or with the same long ending, as
  // normothermia and hypothermia have.
  function meant(word) {
    if (word.length < 4 || entries.some(function (each) { return holds(each.plainTitle, word) || holds(each.plainText, word); })) {
      return word;
    }
    var best = word, least = word.length < 8 ? 1.5 : 2.5;
    vocabulary.forEach(function (known) {
      if (Math.abs(known.length - word.length) > 2) return;
      var away = distance(word, known);
      if (away < least) {
        best = known;
        least = away;
      }
    });
    if (best !== word || word.length < 8) return best;
    var ending = word.slice(Math.floor(word.length * 0.35));
    return vocabulary.find(function (known) { return known.endsWith(ending); }) || word;
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
    where.textContent = entry.path || "Chapter";
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
    var found = matches(words), asked = words.join(" "), instead = "";
    if (!found.length) {
      words = words.map(meant);
      found = matches(words);
      if (found.length) instead = "No results for “" + asked + "”. Showing results for “" + words.join(" ") + "”: ";
    }
    found.slice(0, MOST).forEach(function (each) { list.append(item(each.entry, words)); });
    status.textContent = found.length === 0 ? "No results. Check the spelling or try fewer words."
      : instead + (found.length === 1 ? "1 result" : found.length + " results")
        + (found.length > MOST ? ". The first " + MOST + " are listed." : "");
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

  var opener = document.querySelector(".search-button");
  opener.addEventListener("click", open);

  // The / key opens the search, unless a reader whose software types by itself has turned that off.
  var byKey = document.getElementById("search-key");
  byKey.checked = true;
  try {
    byKey.checked = localStorage.getItem("natpatsip-search-key") !== "off";
  } catch (error) {
    // A page from disk may not be allowed to remember.
  }
  function shortcut() {
    if (byKey.checked) opener.setAttribute("aria-keyshortcuts", "/");
    else opener.removeAttribute("aria-keyshortcuts");
  }
  byKey.addEventListener("change", function () {
    try {
      localStorage.setItem("natpatsip-search-key", byKey.checked ? "on" : "off");
    } catch (error) {
      // As above.
    }
    shortcut();
  });
  shortcut();
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || !byKey.checked || dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("input", show);
  list.addEventListener("click", function (event) {
    if (event.target.closest("a")) dialog.close();
  });
  // Enter opens the first result. Up and down walk through the field and the results; Tab does too.
  dialog.addEventListener("keydown", function (event) {
    var first = list.querySelector("a");
    if (event.key === "Enter" && event.target === field && first) first.click();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    var stops = [field].concat(Array.from(list.querySelectorAll("a")));
    var at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
  });
})();
