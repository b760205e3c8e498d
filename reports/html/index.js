// Sorts, filters and searches the table of apps. Without it the page is the whole table.
// The rows are taken out of the page once; a hundred of those that fit are put back at a time, so thousands stay quick.
(() => {
  "use strict";
  const SIZE = 100;
  const VERDICTS = ["allow", "review", "block"];
  const byId = (id) => document.getElementById(id);
  const table = byId("apps"), body = table.tBodies[0], head = table.tHead.rows[0];
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const rows = Array.from(body.rows, (element, order) => {
    const data = element.dataset;
    return {
      element, order,
      name: element.cells[0].textContent.trim(),
      text: (element.textContent + " " + data.s).toLowerCase(),
      verdict: data.v, categories: data.c.split(" "), group: data.g, things: data.t.split(" "),
      keys: [null, VERDICTS.indexOf(data.v), Number(data.n), Number(data.f), data.c ? data.c.split(" ").length : 0, Number(data.p), null],
    };
  });
  // The order by name, worked out once: comparing texts is the slow part.
  rows.slice().sort((a, b) => collator.compare(a.name, b.name) || a.order - b.order).forEach((row, rank) => { row.keys[0] = rank; });
  rows.slice().sort((a, b) => collator.compare(a.group, b.group) || a.order - b.order).forEach((row, rank) => { row.keys[6] = rank; });

  let shown = rows, page = 0, column = 2, direction = -1, thing = "";

  const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, byId("status").dataset.group);
  const fill = (text, first, second) => text.replace("%s", number(first)).replace("%t", number(second));

  function draw() {
    const pages = Math.max(1, Math.ceil(shown.length / SIZE));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...shown.slice(page * SIZE, (page + 1) * SIZE).map((row) => row.element));
    byId("status").textContent = fill(byId("status").dataset.shown, shown.length, rows.length);
    byId("empty").hidden = shown.length > 0;
    byId("pages").hidden = pages === 1;
    byId("page").textContent = fill(byId("page").dataset.text, page + 1, pages);
    byId("previous").disabled = page === 0;
    byId("next").disabled = page === pages - 1;
  }

  function update() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set(Array.from(document.querySelectorAll("input[name=verdict]:checked"), (box) => box.value));
    const category = byId("category").value, group = byId("group") ? byId("group").value : "";
    shown = rows.filter((row) => verdicts.has(row.verdict) && (!category || row.categories.includes(category))
      && (!group || row.group === group) && (!thing || row.things.includes(thing)) && words.every((word) => row.text.includes(word)));
    shown.sort((a, b) => direction * (a.keys[column] - b.keys[column]) || a.order - b.order);
    page = 0;
    draw();
  }

  function sortBy(index) {
    direction = index === column ? -direction : index === 0 || index === 6 ? 1 : -1;
    column = index;
    mark();
    update();
  }

  function mark() {
    Array.from(head.cells).forEach((cell, index) => {
      if (index === column) cell.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else cell.removeAttribute("aria-sort");
    });
  }

  Array.from(head.cells).forEach((cell, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    button.addEventListener("click", () => sortBy(index));
    cell.replaceChildren(button);
  });
  // A library, host or signer that several apps share: a button narrows the table down to these.
  const narrowed = byId("narrowed");
  function narrow(number, name) {
    thing = number;
    narrowed.hidden = !number;
    narrowed.firstElementChild.textContent = narrowed.dataset.text.replace("%s", () => name);
    update();
  }
  narrowed.querySelector("button").addEventListener("click", () => narrow("", ""));
  for (const details of document.querySelectorAll("details.thing")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = narrowed.dataset.button;
    button.addEventListener("click", () => {
      narrow(details.dataset.thing, details.querySelector("bdi").textContent);
      controls.scrollIntoView();
    });
    details.querySelector("p").append(" ", button);
  }
  const controls = byId("controls");
  controls.addEventListener("input", update);
  controls.addEventListener("submit", (event) => event.preventDefault());
  for (const [id, step] of [["previous", -1], ["next", 1]]) {
    byId(id).addEventListener("click", () => { page += step; draw(); table.scrollIntoView(); });
  }
  controls.hidden = false;
  mark();
  update();
})();
