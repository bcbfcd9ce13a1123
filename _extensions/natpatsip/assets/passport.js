// The passport of a number: a number opens a card that says where it comes from. Without scripts it is a link to its
// entry in the list of all numbers. The passports themselves are a script beside this one, loaded at the first question.
(function () {
  "use strict";

  var element = window.natpatsipElements.element, button = window.natpatsipElements.button;
  var home = document.currentScript.src;
  var numbers = Array.prototype.slice.call(document.querySelectorAll("a.fact[href]"));
  if (!numbers.length) return;
  var passports = null; // by the id of their entry
  var opener = null; // the number whose card is open
  var trail = []; // the ids that lead to the one shown
  var targets = numbers.map(function (number) { return number.getAttribute("href"); });

  // The card ---------------------------------------------------------------------------------------------------------

  var card = element("div", "", "passport");
  card.id = "passport";
  card.hidden = true;
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-labelledby", "passport-title");
  card.setAttribute("aria-describedby", "passport-value");
  document.body.appendChild(card);

  function targetOf(number) { return targets[numbers.indexOf(number)]; }

  function entryOf(number) { return decodeURIComponent(targetOf(number).split("#")[1]); }

  function piece(said) {
    if (typeof said === "string") return document.createTextNode(said);
    var link = element("a", said.text);
    link.href = said.page || page() + "#" + said.passport;
    if (said.passport) {
      link.addEventListener("click", function (event) {
        if (isPlain(event)) {
          event.preventDefault();
          trail.push(said.passport);
          fill();
        }
      });
    } else {
      link.addEventListener("click", function () { close(false); });
    }
    return link;
  }

  function listed(lines) {
    var list = element("dl");
    lines.forEach(function (line) {
      var row = element("div"), text = element("dd");
      line[1].forEach(function (said) { text.appendChild(piece(said)); });
      row.append(element("dt", line[0]), text);
      list.appendChild(row);
    });
    return list;
  }

  function page() { return targetOf(opener).split("#")[0]; }

  function fill() {
    var passport = passports[trail[trail.length - 1]];
    var title = element("h2", passport.label);
    title.id = "passport-title";
    title.tabIndex = -1;
    var all = element("a", "Entry " + passport.entry + " in the list of every number");
    all.href = page() + "#" + trail[trail.length - 1];
    all.addEventListener("click", function () { close(false); });
    var value = element("p", "", "passport-value");
    value.id = "passport-value";
    value.append(element("strong", passport.value), " ", passport.about);
    card.replaceChildren(title, value);
    if (trail.length > 1) {
      var before = passports[trail[trail.length - 2]];
      card.appendChild(button("Back to " + before.value, "passport-back", function () { trail.pop(); fill(); }));
    }
    card.append(listed(passport.lines), element("h3", "Audit trail"), listed(passport.audit), all);
    card.appendChild(button("Close", "passport-close", function () { close(true); }));
    card.hidden = false;
    card.scrollTop = 0;
    place();
    title.focus({ preventScroll: true });
  }

  // Below its number, or above where there is more room; a narrow screen has it at the bottom (passport.css).
  function place() {
    var at = opener.getBoundingClientRect();
    var ceiling = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0; // what stays on top
    var below = window.innerHeight - at.bottom - 16, above = at.top - ceiling - 16;
    card.style.maxHeight = "";
    if (getComputedStyle(card).position === "fixed") {
      var hidden = at.bottom + 16 - card.getBoundingClientRect().top;
      if (hidden > 0) window.scrollBy({ top: hidden, behavior: "instant" });
      return;
    }
    var isBelow = card.offsetHeight <= below || below >= above;
    card.style.maxHeight = Math.max(isBelow ? below : above, 240) + "px";
    var top = isBelow ? at.bottom + 8 : at.top - 8 - card.offsetHeight;
    var left = Math.min(at.left - 16, document.documentElement.clientWidth - card.offsetWidth - 16);
    card.style.top = Math.round(top + window.scrollY) + "px";
    card.style.left = Math.round(Math.max(left, 16) + window.scrollX) + "px";
  }

  // Only what is a button says that it opens something.
  function expanded(number, isOpen) {
    if (number.hasAttribute("role")) number.setAttribute("aria-expanded", String(isOpen));
  }

  function open(number) {
    if (opener) expanded(opener, false);
    opener = number;
    trail = [entryOf(number)];
    expanded(number, true);
    fill();
  }

  function close(andReturn) {
    if (!opener) return;
    var number = opener;
    opener = null;
    expanded(number, false);
    card.hidden = true;
    if (andReturn) number.focus();
  }

  // Asking ------------------------------------------------------------------------------------------------------------

  window.natpatsipPassports = function (found) { passports = found; };

  function ask(number) {
    if (passports) return answer(number);
    var script = document.createElement("script");
    script.src = home.replace(/[^/]*$/, "passports.js");
    script.onload = function () { answer(number); };
    script.onerror = function () { location.href = targetOf(number); };
    document.head.appendChild(script);
  }

  function answer(number) {
    if (passports && passports[entryOf(number)]) open(number);
    else location.href = targetOf(number);
  }

  function isPlain(event) {
    return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  }

  function asked(event) {
    if (!isPlain(event)) return; // a new tab shows the entry in the list
    event.preventDefault();
    if (opener === event.currentTarget) close(true);
    else ask(event.currentTarget);
  }

  numbers.forEach(function (number) {
    number.addEventListener("click", asked);
    number.addEventListener("keydown", function (event) {
      if (event.key === " " && number.hasAttribute("href")) {
        event.preventDefault(); // the space bar would turn the page
        number.click();
      }
    });
  });

  document.addEventListener("keydown", function (event) {
    if (opener && event.key === "Escape") close(true);
  });

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (opener && document.contains(target) && !card.contains(target) && !opener.contains(target)) close(false);
  });

  // The card is at the end of the page, but in keyboard order it follows its number.
  card.addEventListener("keydown", function (event) {
    if (event.key !== "Tab") return;
    var stops = card.querySelectorAll("a[href], button");
    var here = document.activeElement;
    var isFirst = here === stops[0] || here.id === "passport-title";
    if (event.shiftKey && isFirst) {
      event.preventDefault();
      close(true);
    } else if (!event.shiftKey && here === stops[stops.length - 1]) {
      close(true); // and the key goes on from there
    }
  });

  window.addEventListener("resize", function () { if (opener) place(); });

  // Numbers answer a pointer always. They are marked, and buttons for the keyboard and for screen readers, once asked for ---

  function remembered(value) {
    try {
      if (value) localStorage.setItem("natpatsip-sources", value);
      return localStorage.getItem("natpatsip-sources");
    } catch (error) {
      return value || null; // a page from disk may not be allowed to remember
    }
  }

  var BUTTON = { role: "button", "aria-haspopup": "dialog", "aria-expanded": "false" };
  var choice = document.querySelector(".passport-hint button");
  var areMarked = remembered() === "shown";

  function mark() {
    close(false);
    numbers.forEach(function (number, position) {
      number.title = "Where this number comes from";
      Object.keys(BUTTON).forEach(function (name) {
        if (areMarked) number.setAttribute(name, BUTTON[name]);
        else number.removeAttribute(name);
      });
      if (areMarked) {
        number.setAttribute("href", targets[position]);
        number.removeAttribute("tabindex");
      } else {
        number.removeAttribute("href");
        number.tabIndex = -1; // out of the Tab order, but the focus comes back to it from its card
      }
    });
    if (choice) choice.setAttribute("aria-checked", String(areMarked));
  }

  if (choice) choice.addEventListener("click", function () {
    areMarked = !areMarked;
    remembered(areMarked ? "shown" : "hidden");
    mark();
  });
  mark();
})();
