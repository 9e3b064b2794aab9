/* "沿用上次内容" without leaving the page: what is already typed stays and is added to. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-copy-from]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var source = document.getElementById(button.dataset.copyFrom);
      var field = document.getElementById(button.dataset.copyTo);
      var text = source.textContent.trim();
      field.value = field.value.trim() ? field.value.trim() + "\n" + text : text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  });
})();
