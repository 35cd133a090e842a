/**
 * What has been written and not been sent: it survives a reload, a call that comes in, a dead battery.
 */

const STORE = "gridmap.draft";

/** The draft, or an empty object: {topic, category, description, phone, lon, lat}. */
export function readDraft() {
  try {
    const draft = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return draft && typeof draft === "object" ? draft : {};
  } catch {
    return {};
  }
}

/** Keep a draft; one without words is forgotten. */
export function writeDraft(draft) {
  try {
    if (draft.description || draft.category) localStorage.setItem(STORE, JSON.stringify(draft));
    else localStorage.removeItem(STORE);
  } catch {
    // storage is closed: the draft lives as long as the page
  }
}
