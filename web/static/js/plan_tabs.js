/** Tabs of the panel: one pane at a time, arrow keys go from one to the next. */

export class PlanTabs {
  /** `list`: the [role=tablist]; `opened(name)`: 'grids', 'faults', … has been opened. */
  constructor(list, opened) {
    Object.assign(this, { list, opened });
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.open(tab));
    list.addEventListener("keydown", (event) => this.key(event));
  }

  open(tab) {
    for (const one of this.tabs) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.opened(tab.id.replace("tab-", ""));
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = this.tabs.indexOf(document.activeElement);
    const next = this.tabs[(at + by + this.tabs.length) % this.tabs.length];
    this.open(next);
    next.focus();
  }
}
