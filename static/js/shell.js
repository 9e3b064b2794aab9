/* What the shell does beyond links and forms: menus, keys, print, focus, drafts. Every page works
   without it. */
(function () {
  "use strict";

  function all(selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  }

  /* things that only make sense with script are hidden in the markup */
  function reveal(root) {
    all("[data-print], [data-close], [data-keys-open]", root).forEach(function (one) {
      one.hidden = false;
    });
  }

  function closeMenus(except) {
    all("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    closeMenus(target.closest("details[data-menu]"));
    if (target.closest("[data-print]")) {
      closeMenus(null);
      window.print();
    }
    if (target.closest("[data-close]")) {
      var box = target.closest("details");
      box.open = false;
      box.querySelector("summary").focus();
    }
    if (target.closest("[data-keys-open]")) {
      closeMenus(null);
      showKeys();
    }
  });

  /* ---- keys ---- */
  var waiting = false;

  function typing(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  }

  function showKeys() {
    var dialog = document.getElementById("keys-list");
    if (dialog && dialog.showModal && !dialog.open) dialog.showModal();
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      var open = document.activeElement.closest("details[data-menu][open]");
      closeMenus(null);
      if (open) open.querySelector("summary").focus();
      return;
    }
    if (document.documentElement.dataset.keys === "off") return;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (waiting && /^[1-6]$/.test(event.key)) {
      var link = all(".nav__link")[Number(event.key) - 1];
      if (link) link.click();
    }
    waiting = event.key === "g";
    if (event.key === "?") showKeys();
    if (event.key === "/") {
      var search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  /* ---- drafts: what was typed survives an expired session, in this tab only ---- */
  function draftKey(form) {
    /* the next person to log in at this computer must not be shown it */
    return "draft:" + (document.body.dataset.person || "") + ":" + form.dataset.draft;
  }

  function draftFields(form) {
    return all("textarea[name], input[type=text][name], input:not([type])[name]", form);
  }

  function keepDraft(form) {
    var values = {};
    draftFields(form).forEach(function (field) {
      if (field.value !== field.defaultValue) values[field.name] = field.value;
    });
    sessionStorage.setItem(
      draftKey(form),
      JSON.stringify({ version: form.dataset.draftVersion || "", values: values })
    );
  }

  function offerDraft(form) {
    var kept = JSON.parse(sessionStorage.getItem(draftKey(form)) || "null");
    if (!kept) return;
    if (kept.version !== (form.dataset.draftVersion || "")) {
      /* the row has moved on: the draft was saved, or the 409 page has shown it */
      sessionStorage.removeItem(draftKey(form));
      return;
    }
    var restored = false;
    draftFields(form).forEach(function (field) {
      var value = kept.values[field.name];
      if (value !== undefined && value !== field.value) {
        field.value = value;
        restored = true;
      }
    });
    if (restored) {
      var note = document.createElement("p");
      note.className = "note";
      note.setAttribute("role", "status");
      note.textContent = "已恢复您上次未保存的内容，请核对后保存。";
      form.insertBefore(note, form.firstChild);
    }
  }

  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-draft]");
    if (form) keepDraft(form);
  });

  /* ---- fragments ---- */
  function say(words) {
    var box = document.getElementById("notices");
    if (!box) {
      box = document.createElement("div");
      box.id = "notices";
      box.setAttribute("role", "alert");
      var main = document.getElementById("main");
      main.insertBefore(box, main.firstChild);
    }
    var note = document.createElement("p");
    note.className = "flash flash--error";
    note.textContent = words;
    box.textContent = "";
    box.appendChild(note);
    box.scrollIntoView({ block: "nearest" });
  }

  /* the page that shows both texts takes the place of the page that asked */
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.xhr.status === 409) {
      event.detail.target = document.body;
      event.detail.swapOverride = "innerHTML";
      window.scrollTo(0, 0);
    }
  });

  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    if (status === 403) say("没有保存：您的角色不能进行这项操作，或页面已过期。请刷新页面后再试。");
    else if (status === 404) say("没有找到：内容可能已归档，或不在您的查看范围内。请刷新页面。");
    else if (status === 413) say("没有保存：提交的内容过大。请压缩或拆分后再试。");
    else if (status === 429) say("操作过于频繁。请稍候再试，已输入的内容仍在页面上。");
    else say("没有保存：系统出错。请稍后重试；仍不成功时请告知管理员。");
  });

  document.addEventListener("htmx:sendError", function () {
    say("没有保存：连接不上服务器。请检查网络后重试，页面上的内容不会丢失。");
  });

  /* whoever logs out leaves nothing behind for the next person at this computer */
  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-forget-drafts]")) sessionStorage.clear();
  });

  function start(root) {
    reveal(root);
    all("form[data-draft]", root).forEach(offerDraft);
  }

  document.addEventListener("htmx:load", function (event) {
    if (event.target !== document.body) start(event.target);
  });

  document.addEventListener("DOMContentLoaded", function () {
    start(document);
    var problem = document.querySelector("[data-focus]");
    if (problem) problem.focus();
  });
})();
