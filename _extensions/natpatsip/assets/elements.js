// The small elements that scripts of the pages make.
(function () {
  "use strict";

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function button(text, className, action) {
    var made = element("button", text, className);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  window.natpatsipElements = { element: element, button: button };
})();
