/** Grids from a file: what it would change is shown first, then it becomes a step of the plan. */

import { post, toastProblem } from "./api.js";
import { el } from "./dom.js";
import { ask } from "./plan_dialog.js";
import { newKey } from "./shelf.js";
import { numberText, t } from "./strings.js";

const SHOWN = 8;

/** Ask for a file, preview it, take it. `base()`: version that is seen; `took()`: it was taken. */
export async function importFile(api, base, took) {
  const fields = [{ name: "file", label: t("import_file"), type: "file", accept: ".geojson,.json,.gpkg,.zip,.xlsx", required: true }];
  const chosen = await ask({ title: t("import_title"), lead: t("import_hint"), fields, confirm: t("import_look") });
  if (!chosen?.file) return;
  try {
    const { preview } = await send(api, chosen.file, base(), true);
    const problems = preview.problems.slice(0, SHOWN);
    const body = [
      el("p", { class: "plan-lead" }, t("import_moves", { n: numberText(preview.moved_buildings) })),
      preview.problems.length > 0 && el("p", {}, t("import_problems", { n: numberText(preview.problems.length) })),
      problems.length > 0 && el("ul", { class: "plan-what" }, problems.map(({ text, subject, count }) => el("li", {}, [text, subject, count > 1 && numberText(count)].filter(Boolean).join(" · ")))),
    ].filter(Boolean);
    const sure = await ask({ title: t("import_title"), body, confirm: t("import_take"), danger: true });
    if (!sure) return;
    await send(api, chosen.file, base(), false);
    await took();
  } catch (problem) {
    toastProblem(problem);
  }
}

function send(api, file, base, preview) {
  const form = new FormData();
  form.append("file", file);
  form.append("base", base);
  if (preview) form.append("preview", "1");
  return post(`${api}/import`, form, { headers: { "Idempotency-Key": newKey() } });
}
