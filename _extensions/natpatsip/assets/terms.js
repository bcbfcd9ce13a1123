// A term opens its meaning below it. Without scripts it is a link to the glossary.
(function () {
  "use strict";

  var terms = document.querySelectorAll("a.term[data-meaning]");
  if (!terms.length) return;
  var opener = null; // the term whose meaning is shown

  var note = document.createElement("span");
  note.className = "meaning";
  note.id = "meaning";
  note.setAttribute("role", "note");
  var words = document.createElement("span");
  var link = document.createElement("a");
  link.textContent = "Glossary";
  note.append(words, " ", link);

  // The note follows its term in the text, so it is next in reading and in keyboard order.
  function open(term) {
    close();
    opener = term;
    words.textContent = term.dataset.meaning;
    link.href = term.getAttribute("href");
    term.setAttribute("aria-expanded", "true");
    term.setAttribute("aria-controls", note.id);
    term.after(note);
    place();
  }

  function close() {
    if (!opener) return;
    opener.setAttribute("aria-expanded", "false");
    opener.removeAttribute("aria-controls");
    opener = null;
    note.remove();
  }

  // Below its term, and within the page.
  function place() {
    note.style.left = note.style.top = "0";
    var at = opener.getBoundingClientRect(), origin = note.getBoundingClientRect();
    var rightmost = document.documentElement.clientWidth - note.offsetWidth - 16;
    note.style.left = Math.round(Math.max(16, Math.min(at.left, rightmost)) - origin.left) + "px";
    note.style.top = Math.round(at.bottom + 4 - origin.top) + "px";
  }

  function isPlain(event) {
    return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  }

  terms.forEach(function (term) {
    term.setAttribute("role", "button");
    term.setAttribute("aria-expanded", "false");
    term.addEventListener("click", function (event) {
      if (!isPlain(event)) return; // a new tab shows the glossary
      event.preventDefault();
      if (opener === term) close();
      else open(term);
    });
    term.addEventListener("keydown", function (event) {
      if (event.key !== " ") return;
      event.preventDefault(); // the space bar would turn the page
      term.click();
    });
  });

  document.addEventListener("keydown", function (event) {
    if (!opener || event.key !== "Escape") return;
    opener.focus();
    close();
  });

  function isOutside(target) { return opener && !note.contains(target) && !opener.contains(target); }

  document.addEventListener("click", function (event) { if (isOutside(event.target)) close(); });
  document.addEventListener("focusin", function (event) { if (isOutside(event.target)) close(); });
  window.addEventListener("resize", function () { if (opener) place(); });
})();
