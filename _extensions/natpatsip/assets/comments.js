// Comments on the pages of a draft: a reader selects words, or chooses a paragraph, and writes. The comments stay in the
// reader's browser, and leave it as one file, which `natpatsip review` reads. Nothing is sent anywhere.
(function () {
  "use strict";

  var main = document.getElementById("main");
  if (!main || !main.dataset.report) return;
  var element = window.natpatsipElements.element;
  var STORE = "natpatsip-comments " + main.dataset.report, NAME = "natpatsip-commenter";
  var AROUND = 32; // letters before and after a quotation, by which it is found again
  var page = location.pathname.split("/").pop() || "index.html";
  var isKept = true; // whether the browser remembers
  var memory = {}; // what it does not
  var editing = null; // the comment in the dialog

  // Small elements -------------------------------------------------------------------------------------------------

  function button(text, className, action) {
    return window.natpatsipElements.button(text, "comment-button " + className, action);
  }

  function labelled(text, field, id) {
    var label = element("label", text);
    field.id = label.htmlFor = id;
    return [label, field];
  }

  function dialog(id, title) {
    var made = element("dialog", "", "comments"), head = element("h2", title);
    head.id = id;
    made.setAttribute("aria-labelledby", id);
    made.append(head);
    document.body.append(made);
    return made;
  }

  function counted(number) { return number === 1 ? "1 comment" : number + " comments"; }

  function shortened(text, most) { return text.length > most ? text.slice(0, most).replace(/\s+\S*$/, "") + " …" : text; }

  // What is remembered -----------------------------------------------------------------------------------------------

  function read(key) {
    try {
      if (isKept) return localStorage.getItem(key);
    } catch (error) {
      isKept = false;
    }
    return memory[key] || null;
  }

  function write(key, text) {
    memory[key] = text;
    try {
      localStorage.setItem(key, text);
    } catch (error) { // it is full, or may not be used: what was in it stays, and goes on in memory
      if (isKept) [STORE, NAME].forEach(function (each) { if (each !== key) memory[each] = read(each); });
      isKept = false;
    }
  }

  function all() {
    try {
      return JSON.parse(read(STORE)) || [];
    } catch (error) {
      return []; // what is there was written by something else
    }
  }

  function here() { return all().filter(function (each) { return each.page === page; }); }

  function save(comments) {
    write(STORE, JSON.stringify(comments));
    show();
  }

  // The text of the page, with single spaces, and where each letter of it is ------------------------------------------

  var OWN = "nav, svg, script, button, .meaning, .comment-own, .cover";
  var BLOCKS = "p, li, h1, h2, h3, h4, td, th, caption, figcaption, dt, dd, div, section, summary, figure";
  var read_ = null;

  function text() {
    if (read_) return read_;
    var made = "", at = [], above = null;
    var walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT, function (node) {
      return node.parentElement.closest(OWN) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    });
    for (var node = walker.nextNode(); node; node = walker.nextNode()) {
      var block = node.parentElement.closest(BLOCKS);
      for (var i = 0; i < node.data.length; i += 1) {
        var isSpace = /\s/.test(node.data[i]);
        if (!isSpace && block !== above && made && made[made.length - 1] !== " ") {
          made += " ";
          at.push([node, i]);
        }
        if (!isSpace) above = block;
        else if (!made || made[made.length - 1] === " ") continue;
        made += isSpace ? " " : node.data[i];
        at.push([node, i]);
      }
    }
    read_ = { text: made, at: at };
    return read_;
  }

  // A quotation with what is around it, as W3C's Web Annotation has it (TextQuoteSelector).
  function quoted(range) {
    read_ = null; // a table may have been sorted meanwhile
    var page = text(), first = -1, last = -1;
    for (var i = 0; i < page.at.length; i += 1) {
      var node = page.at[i][0], offset = page.at[i][1];
      if (range.comparePoint(node, offset) === 0 && range.comparePoint(node, offset + 1) === 0) {
        if (first < 0) first = i;
        last = i;
      }
    }
    while (first >= 0 && first < last && page.text[first] === " ") first += 1;
    while (last > first && page.text[last] === " ") last -= 1;
    if (first < 0 || page.text[first] === " ") return null;
    return {
      exact: page.text.slice(first, last + 1),
      prefix: page.text.slice(Math.max(0, first - AROUND), first),
      suffix: page.text.slice(last + 1, last + 1 + AROUND),
      node: page.at[first][0],
    };
  }

  // Where a quotation is on the page: the place where most of what was around it is; null if it is nowhere.
  function found(comment) {
    var page = text(), best = null, most = -1;
    for (var i = page.text.indexOf(comment.exact); i >= 0; i = page.text.indexOf(comment.exact, i + 1)) {
      var end = i + comment.exact.length, same = 0;
      while (same < comment.prefix.length && page.text[i - 1 - same] === comment.prefix[comment.prefix.length - 1 - same]) same += 1;
      for (var j = 0; j < comment.suffix.length && page.text[end + j] === comment.suffix[j]; j += 1) same += 1;
      if (same > most) {
        most = same;
        best = document.createRange();
        best.setStart(page.at[i][0], page.at[i][1]);
        best.setEnd(page.at[end - 1][0], page.at[end - 1][1] + 1);
      }
    }
    return best;
  }

  // The cell that a place is from: that of the last mark before it.
  function cellOf(node) {
    var cell = "";
    main.querySelectorAll("[data-cell]").forEach(function (mark) {
      if (mark.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) cell = mark.dataset.cell;
    });
    return cell;
  }

  // The paragraphs that can be chosen: what holds no other of them ------------------------------------------------------

  var CHOICES = "h1, h2, h3, h4, p, li, dt, dd, figure, table";

  function choices() {
    return Array.prototype.filter.call(main.querySelectorAll(CHOICES), function (each) {
      var isInside = each.parentElement.closest("figure, table, nav, .cover, .visually-hidden, details:not([open])");
      var holdsOthers = each.matches("li, dd") && each.querySelector("p, li, table, figure");
      return !isInside && !holdsOthers && each.textContent.trim();
    });
  }

  function choiceOf(node) {
    var from = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    var list = choices();
    for (var each = from; each && each !== main; each = each.parentElement) if (list.indexOf(each) >= 0) return each;
    return null;
  }

  function rangeOf(choice) {
    var range = document.createRange();
    range.selectNodeContents(choice.querySelector(".figure-title, figcaption, caption") || choice);
    return range;
  }

  // Beside a heading, a figure or a table; at the end of a paragraph.
  function put(own, choice) {
    if (/^(P|LI|DT|DD)$/.test(choice.tagName)) choice.append(own);
    else (choice.closest("section.sideways") || choice).after(own);
  }

  // Writing ------------------------------------------------------------------------------------------------------------

  var editor = dialog("comment-title", "Comment");
  var quotation = element("blockquote", "", "comment-quote");
  var words = element("textarea");
  var person = element("input");
  var askName = element("div");
  var fault = element("p", "", "comment-fault");
  words.rows = 5;
  person.autocomplete = "name";
  fault.setAttribute("role", "alert");
  words.setAttribute("aria-describedby", "comment-quote");
  quotation.id = "comment-quote";
  askName.append.apply(askName, labelled("Your name, which the authors will see", person, "comment-name"));
  editor.append.apply(editor, [quotation].concat(labelled("Your comment", words, "comment-words"), [askName, fault]));
  var actions = element("p", "", "comment-actions");
  actions.append(button("Save comment", "comment-save", keep), button("Cancel", "comment-cancel", function () { editor.close(); }));
  editor.append(actions);

  function open(comment) {
    editing = comment;
    document.getElementById("comment-title").textContent = comment.id ? "Edit your comment" : "Comment";
    quotation.textContent = shortened(comment.exact, 400);
    words.value = comment.text || "";
    person.value = read(NAME) || "";
    askName.hidden = Boolean(person.value);
    fault.textContent = "";
    hideTool();
    editor.showModal();
    words.focus();
  }

  function keep() {
    var text = words.value.trim(), name = person.value.trim();
    if (!text || !name) {
      fault.textContent = text ? "Enter your name, so that the authors can answer you." : "Enter a comment.";
      (text ? person : words).focus();
      return;
    }
    write(NAME, name);
    var now = new Date().toISOString().replace(/\.\d+/, "");
    var comments = all(), comment = editing;
    comment.text = text;
    if (comment.id) {
      comment.modified = now;
      comments = comments.map(function (each) { return each.id === comment.id ? comment : each; });
    } else {
      comment.id = "urn:uuid:" + uuid();
      comment.created = now;
      comments.push(comment);
    }
    editor.close();
    save(comments);
    said.textContent = isKept ? "Comment saved in this browser. Download the comments when you have finished."
      : "Comment saved until you leave this page: this browser does not keep it. Download the comments first.";
    var mark = marks[comment.id];
    if (mark && !list.open) mark.focus();
  }

  function uuid() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return Array.prototype.map.call(bytes, function (byte, i) {
      return ([4, 6, 8, 10].indexOf(i) >= 0 ? "-" : "") + (byte + 256).toString(16).slice(1);
    }).join("");
  }

  function begin(range) {
    var choice = choiceOf(range.startContainer);
    var quote = quoted(range) || (choice && quoted(rangeOf(choice))); // words in a chart are about its title
    if (!quote) return;
    open({
      page: page, notebook: main.dataset.notebook, cell: cellOf(quote.node),
      title: main.querySelector("h1").textContent.trim(), exact: quote.exact, prefix: quote.prefix, suffix: quote.suffix,
    });
  }

  // Selected words: a button beside them, or Ctrl+Alt+M ---------------------------------------------------------------------

  var tool = button("Comment", "comment-tool comment-own", function () { begin(getSelection().getRangeAt(0)); });
  tool.hidden = true;
  tool.addEventListener("pointerdown", function (event) { event.preventDefault(); }); // the selection stays
  document.body.append(tool);

  function selected() {
    var selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    var range = selection.getRangeAt(0);
    return main.contains(range.commonAncestorContainer) && selection.toString().trim() ? range : null;
  }

  function hideTool() { tool.hidden = true; }

  function showTool() {
    var range = selected();
    if (!range || editor.open || list.open) return hideTool();
    var boxes = range.getClientRects(), box = boxes[boxes.length - 1] || range.getBoundingClientRect();
    tool.hidden = false;
    var left = Math.min(box.right + scrollX, scrollX + document.documentElement.clientWidth - tool.offsetWidth - 8);
    tool.style.left = Math.round(Math.max(scrollX + 8, left)) + "px";
    tool.style.top = Math.round(box.bottom + scrollY + 8) + "px";
  }

  document.addEventListener("selectionchange", showTool);
  addEventListener("resize", showTool);

  document.addEventListener("keydown", function (event) {
    if (event.code !== "KeyM" || !event.altKey || !(event.ctrlKey || event.metaKey) || editor.open || list.open) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var range = selected(), choice = range ? null : choiceOf(document.activeElement);
    event.preventDefault();
    if (range || choice) begin(range || rangeOf(choice));
    else openList();
  });

  // A button at each paragraph, for those who do not select words --------------------------------------------------------

  var isChoosing = false;

  function choose() {
    document.querySelectorAll(".comment-here").forEach(function (each) { each.remove(); });
    read_ = null;
    if (!isChoosing) return;
    choices().forEach(function (choice) {
      var own = button("Comment", "comment-here comment-own", function () { begin(rangeOf(choice)); });
      own.setAttribute("aria-label", "Comment on: " + shortened(rangeOf(choice).toString().replace(/\s+/g, " ").trim(), 60));
      put(own, choice);
    });
  }

  // The list of comments ------------------------------------------------------------------------------------------------

  var list = dialog("comments-title", "Comments on this draft");
  var summary = element("p");
  var owner = element("input");
  var entries = element("div");
  var download = button("Download comments", "comment-save", give);
  var chooser = button("Comment by paragraph", "", function () {
    isChoosing = !isChoosing;
    choose();
    chooser.setAttribute("aria-pressed", String(isChoosing));
    list.close();
    said.textContent = isChoosing ? "Each paragraph has a Comment button now." : "The Comment buttons are gone.";
  });
  chooser.setAttribute("aria-pressed", "false");
  owner.autocomplete = "name";
  owner.addEventListener("change", function () { write(NAME, owner.value.trim()); });
  var foot = element("p", "", "comment-actions");
  foot.append(download, chooser, button("Close", "comment-cancel", function () { list.close(); }));
  list.append(summary, entries);
  list.append.apply(list, labelled("Your name", owner, "commenter"));
  list.append(foot);

  var opener = button("Comments", "comments-button", openList);
  opener.setAttribute("aria-haspopup", "dialog");
  document.querySelector(".site-tools .theme").before(opener);
  var said = element("p", "", "visually-hidden");
  said.setAttribute("role", "status");
  document.body.append(said);

  function openList() {
    hideTool();
    show();
    list.showModal();
  }

  function entry(comment) {
    var item = element("li"), tools = element("p", "", "comment-actions");
    item.append(element("blockquote", shortened(comment.exact, 160), "comment-quote"), element("p", comment.text, "comment-text"));
    if (comment.page !== page) {
      var link = element("a", "Show on its page");
      link.href = comment.page + "#" + comment.id;
      tools.append(link);
    } else if (marks[comment.id]) {
      tools.append(button("Show", "", function () {
        list.close();
        goTo(comment.id);
      }));
    } else {
      item.append(element("p", "These words are not on the page any more. The comment is in the file all the same.", "comment-gone"));
    }
    var edit = button("Edit", "", function () { open(comment); });
    var remove = button("Delete", "", function () {
      save(all().filter(function (each) { return each.id !== comment.id; }));
      said.textContent = "Comment deleted.";
      (entries.querySelector("button") || download).focus();
    });
    [edit, remove].forEach(function (each) { each.setAttribute("aria-label", each.textContent + " comment: " + shortened(comment.text, 40)); });
    tools.append(edit, remove);
    item.append(tools);
    return item;
  }

  var marks = {}; // the button of each comment on this page
  var paint = window.CSS && CSS.highlights && window.Highlight ? new Highlight() : null;
  if (paint) CSS.highlights.set("natpatsip-comment", paint);

  function show() {
    var comments = all(), pages = {};
    comments.forEach(function (each) { (pages[each.page] = pages[each.page] || []).push(each); });
    showMarks();
    opener.textContent = comments.length ? "Comments (" + comments.length + ")" : "Comments";
    download.disabled = !comments.length;
    owner.value = read(NAME) || "";
    summary.textContent = (comments.length ? "You have " + counted(comments.length) + ". " : "You have no comments yet. ")
      + "Select words, or press Comment by paragraph; with the keyboard, Control, Alt and M comments on the paragraph that has "
      + "the focus. Comments stay in this browser until you download them and send the file to the authors."
      + (isKept ? "" : " This browser keeps nothing: download the comments of each page before you leave it.");
    entries.replaceChildren();
    Object.keys(pages).sort(function (a, b) { return (b === page) - (a === page); }).forEach(function (name) {
      var items = element("ol", "", "comment-list");
      items.append.apply(items, pages[name].map(entry));
      entries.append(element("h3", pages[name][0].title + (name === page ? " (this page)" : "")), items);
    });
  }

  function goTo(id) {
    if (!marks[id]) return;
    marks[id].scrollIntoView({ block: "center" });
    marks[id].focus();
  }

  function showMarks() {
    Object.keys(marks).forEach(function (id) { marks[id].remove(); });
    marks = {};
    read_ = null;
    if (paint) paint.clear();
    var byPlace = new Map();
    here().forEach(function (comment) {
      var range = found(comment);
      if (!range) return;
      if (paint) paint.add(range);
      var choice = choiceOf(range.endContainer) || range.endContainer.parentElement;
      byPlace.set(choice, (byPlace.get(choice) || []).concat([comment]));
    });
    byPlace.forEach(function (comments, choice) {
      var own = button(counted(comments.length), "comment-mark comment-own", openList);
      own.setAttribute("aria-haspopup", "dialog");
      put(own, choice);
      comments.forEach(function (comment) { marks[comment.id] = own; });
    });
    read_ = null;
  }

  // The file ------------------------------------------------------------------------------------------------------------

  function annotation(comment) {
    var made = {
      id: comment.id, type: "Annotation", motivation: "commenting", creator: { type: "Person", name: read(NAME) || "" },
      created: comment.created, body: { type: "TextualBody", value: comment.text, format: "text/plain" },
      target: {
        source: comment.page, notebook: comment.notebook, cell: comment.cell,
        selector: { type: "TextQuoteSelector", exact: comment.exact, prefix: comment.prefix, suffix: comment.suffix },
      },
    };
    if (comment.modified) made.modified = comment.modified;
    return made;
  }

  function give() {
    var items = all().map(annotation), name = (read(NAME) || "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    var content = {
      "@context": ["http://www.w3.org/ns/anno.jsonld", { natpatsip: "urn:natpatsip:cells:", quarter: "natpatsip:quarter",
        notebook: "natpatsip:notebook", cell: "natpatsip:cell" }],
      type: "AnnotationCollection", label: "Comments on " + main.dataset.report, quarter: main.dataset.quarter,
      total: items.length, first: { type: "AnnotationPage", startIndex: 0, items: items },
    };
    var link = element("a"), address = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
    link.href = address;
    link.download = ["comments", main.dataset.quarter, name].filter(Boolean).join("-") + ".json";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(address); }, 60000);
    said.textContent = counted(items.length) + " downloaded as " + link.download + ".";
  }

  addEventListener("storage", function (event) { if (event.key === STORE) show(); }); // another page of the report
  show();
  goTo(location.hash.slice(1)); // from the list of another page
})();
