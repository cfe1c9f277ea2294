// Looks at the page with a real browser: every width, both schemes, with and without script. What it finds wrong is
// printed line by line, and the exit status says whether there was any. Its one argument is JSON:
// { clients, chromium, screenshots, profile, pages: { name: { url, verdict } } }.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const { clients, chromium, screenshots, profile, pages } = JSON.parse(process.argv[2]);
const require = createRequire(join(clients, "node_modules/"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(screenshots, { recursive: true });

const WIDTHS = { desktop: [1280, 900], phone: [360, 740] };
const SCHEMES = ["light", "dark"];
const PARTS = ["What to do next", "Entries", "Runs", "Held back", "Keys", "Request limits", "This service"];
const HIDING = /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\u061c\u001b]/u;

let wrong = 0;
let looks = 0;
let texts = 0;

function check(holds, where, what) {
  if (!holds) {
    wrong += 1;
    console.log(`${where}: ${what}`);
  }
}

async function open(browser, name, { width, scheme, script }, query = "") {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const where = `${name}, ${width}, ${scheme}, script ${script ? "on" : "off"}${query}`;
  const [w, h] = WIDTHS[width];
  await page.setViewport({ width: w, height: h, isMobile: width === "phone", hasTouch: width === "phone" });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setJavaScriptEnabled(script);
  const origin = new URL(pages[name].url).origin;
  page.on("console", (message) => check(false, where, `console: ${message.text()}`));
  page.on("pageerror", (error) => check(false, where, `error: ${error}`));
  page.on("dialog", (dialog) => { check(false, where, `dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => check(new URL(request.url()).origin === origin, where, `asked ${request.url()}`));
  page.on("response", (response) => check(response.ok(), where, `${response.status()} for ${response.url()}`));
  await page.goto(pages[name].url + query, { waitUntil: "load" });
  looks += 1;
  return { page, where, close: () => context.close() };
}

function flat(node, depth = 0) {
  return [{ ...node, depth }, ...(node.children ?? []).flatMap((child) => flat(child, depth + 1))];
}

// What an assistive technology is told: landmarks, headings in order, a name for all that can be used.
async function spoken(page, where, name) {
  const tree = flat(await page.accessibility.snapshot({ interestingOnly: false }));
  const has = (role, said, more = () => true) => tree.some((node) => node.role === role && node.name?.includes(said) && more(node));
  const { verdict, empty } = pages[name];
  for (const [role, said] of [["banner", ""], ["main", ""], ["contentinfo", ""], ["navigation", "Parts of this page"], ["link", "Skip to the verdict"], ["link", "Refresh every minute"]]) {
    check(tree.some((node) => node.role === role && (said === "" || node.name === said)), where, `no ${role} "${said}"`);
  }
  check(has("heading", verdict, (node) => node.level === 1), where, `no heading "${verdict}"`);
  for (const part of PARTS) {
    check(has("heading", part, (node) => node.level === 2), where, `no heading "${part}"`);
    check(has("region", part), where, `no region "${part}"`);
    check(has("link", part), where, `no link "${part}"`);
  }
  if (!empty) {
    const wanted = [
      ["search", "Filter entries"], ["searchbox", "Name contains"], ["combobox", "Tier"], ["combobox", "Service"], ["combobox", "Status"],
      ["combobox", "Order"], ["button", "Filter"], ["navigation", "Statuses"], ["link", "all"], ["table", "Entries and their places"],
      ["rowheader", ""], ["cell", ""], ["image", "pass"], ["image", "Now"], ["meter", "Age of the key"], ["meter", "Requests left"],
      ["DisclosureTriangle", "one by one"],
    ].filter(([role, said]) => name !== "hostile" || said !== "Age of the key");
    for (const [role, said] of wanted) check(has(role, said), where, `no ${role} "${said}"`);
    for (const column of ["Entry", "Status", "Pulumi ESC", "GitHub", "Its service says", "Why"]) {
      check(has("columnheader", column), where, `no column "${column}"`);
    }
  }
  const usable = ["link", "button", "searchbox", "combobox", "DisclosureTriangle", "table", "region", "image", "navigation", "meter"];
  const nameless = tree.filter((node) => usable.includes(node.role) && !node.name);
  check(nameless.length === 0, where, `without a name: ${nameless.map((node) => node.role).join(", ")}`);
  let level = 0;
  for (const node of tree.filter((node) => node.role === "heading")) {
    check(node.level <= level + 1, where, `heading "${node.name}" leaves a level out`);
    level = node.level;
  }
}

// Runs in the page. Contrast of each piece of text with what lies behind it, and text that is no text for people.
function painted() {
  const parse = (css) => {
    const [r, g, b, a = 1] = css.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => top.slice(0, 3).map((part, at) => part * top[3] + below[at] * (1 - top[3])).concat(1);
  const luminance = (color) => {
    const [r, g, b] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const faint = [];
  let seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility() || element.closest(".unseen, .skip, option")) continue;
    seen += 1;
    const ground = behind(element);
    const [light, dark] = [luminance(over(parse(getComputedStyle(element).color), ground)), luminance(ground)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} for "${walk.currentNode.data.trim().slice(0, 40)}"`);
  }
  return { faint: [...new Set(faint)], seen };
}

// Runs in the page. What the page is made of, and whether it is wider than the window.
function made() {
  const root = document.scrollingElement;
  const attributes = [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes].map((it) => it.name));
  return {
    overflow: root.scrollWidth - root.clientWidth,
    elements: [...new Set([...document.querySelectorAll("*")].map((element) => element.localName))],
    active: [...new Set(attributes.filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"))],
    outside: [...document.querySelectorAll("[href], [src], [action]")].map((it) => it.getAttribute("href") ?? it.getAttribute("src") ?? it.getAttribute("action")).filter((to) => !/^(#|\?|style\.css$)/.test(to)),
    text: document.body.innerText + document.body.textContent,
    title: document.title,
    language: document.documentElement.lang,
    sheets: document.styleSheets.length && getComputedStyle(document.querySelector("h1")).fontSize,
  };
}

async function looked(page, where, name) {
  const it = await page.evaluate(made);
  check(it.overflow <= 0, where, `${it.overflow} px too wide`);
  const forbidden = it.elements.filter((element) => ["script", "style", "img", "iframe", "object", "embed", "base"].includes(element));
  check(forbidden.length === 0, where, `has ${forbidden}`);
  check(it.active.length === 0, where, `has attributes ${it.active}`);
  check(it.outside.length === 0, where, `leads to ${it.outside}`);
  check(!HIDING.test(it.text), where, "holds characters that hide or reorder text");
  check(it.title === `${pages[name].verdict} – esc-sync`, where, `its title is ${it.title}`);
  check(it.language === "en", where, "has no language");
  check(parseFloat(it.sheets) > 30, where, "is not styled");
  const { faint, seen } = await page.evaluate(painted);
  texts += seen;
  check(seen > 30, where, `only ${seen} texts are seen`);
  for (const one of faint) check(false, where, `contrast ${one}`);
}

// From the top with the keyboard alone: the order is that of the document, each stop can be seen.
async function walked(page, where) {
  let last = -1;
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const it = document.activeElement;
      const style = getComputedStyle(it);
      const box = it.getBoundingClientRect();
      return {
        at: [...document.querySelectorAll("*")].indexOf(it), name: it.outerHTML.slice(0, 60), text: it.textContent,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
      };
    });
    if (step === 0) check(stop.text.startsWith("Skip"), where, `the first stop is ${stop.name}`);
    check(stop.at > last, where, `the keyboard goes back at ${stop.name}`);
    check(stop.outlined && stop.seen, where, `the focus is not seen at ${stop.name}`);
    last = stop.at;
  }
}

async function unfolded(page, where) {
  const summary = await page.$(".matrix details > summary");
  await summary.focus();
  await page.keyboard.press("Enter");
  const text = await page.evaluate((it) => (it.parentElement.open ? it.parentElement.innerText : ""), summary);
  check(text.includes("sync --only"), where, `details do not open by the keyboard: ${text}`);
  await page.keyboard.press("Space");
  check(!(await page.evaluate((it) => it.parentElement.open, summary)), where, "details do not close by the keyboard");
}

const rows = (page) => page.$$eval(".matrix tbody tr", (rows) => rows.length);
const follow = (page, act) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), act()]);

async function filtered(page, where) {
  const promised = await page.$eval('#tier option[value="critical"]', (it) => Number(it.textContent.match(/\(([\d,]+)\)/)[1].replace(",", "")));
  await page.select("#tier", "critical");
  await follow(page, () => page.click(".filters button"));
  check(new URL(page.url()).searchParams.get("tier") === "critical", where, "the form does not say the tier");
  check((await rows(page)) === Math.min(promised, 200), where, `${await rows(page)} rows instead of ${promised}`);
  check((await page.$eval("#tier", (it) => it.value)) === "critical", where, "the choice is forgotten");
  const link = await page.$('.statuses a[href*="status=ok"]');
  const count = await page.evaluate((it) => Number(it.querySelector("b").textContent.replace(",", "")), link);
  await follow(page, () => link.click());
  check((await rows(page)) === Math.min(count, 200), where, `${await rows(page)} rows behind a link that says ${count}`);
  const asked = new URL(page.url()).searchParams;
  check(asked.get("tier") === "critical" && asked.get("status") === "ok", where, "a link forgets the other filters");
  await page.type("#q", "stripe");
  await follow(page, () => page.keyboard.press("Enter"));
  const names = await page.$$eval(".matrix tbody th > bdi", (names) => names.map((it) => it.textContent));
  check(names.length > 0 && names.every((it) => it.includes("STRIPE")), where, `a search for stripe finds ${names}`);
  await follow(page, () => page.click(".clear"));
  check((await page.$eval("#tier", (it) => it.value)) === "", where, "the filters stay");
}

async function paged(page, where) {
  const first = await page.$eval(".matrix tbody th", (it) => it.textContent);
  await follow(page, () => page.click('.pager a[rel="next"]'));
  check((await rows(page)) === 200, where, "the second page has no 200 rows");
  check((await page.$eval(".matrix tbody th", (it) => it.textContent)) !== first, where, "the second page is the first");
  await follow(page, () => page.click('.pager a[rel="prev"]'));
  check((await page.$eval(".matrix tbody th", (it) => it.textContent)) === first, where, "there is no way back");
}

async function audited(page, where) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  check(passes.length > 20, where, `axe looked at ${passes.length} things only`);
  for (const it of violations) check(false, where, `axe: ${it.id}: ${it.help}: ${it.nodes[0].target} ${it.nodes[0].failureSummary}`);
}

async function refreshed(page, where) {
  check((await page.$('meta[http-equiv="refresh"]')) === null, where, "refreshes unasked");
  await follow(page, () => page.click(".refresh a"));
  check((await page.$eval('meta[http-equiv="refresh"]', (it) => it.content)) === "60", where, "does not refresh when asked");
  await follow(page, () => page.click(".refresh a"));
  check((await page.$('meta[http-equiv="refresh"]')) === null, where, "does not stop to refresh");
}

async function everything(browser, name, mode) {
  const { page, where, close } = await open(browser, name, mode);
  if (mode.script) await page.screenshot({ path: join(screenshots, `${name}-${mode.width}-${mode.scheme}.png`), fullPage: name !== "large" });
  await spoken(page, where, name);
  await looked(page, where, name);
  if (name === "mixed") {
    await walked(page, where);
    await unfolded(page, where);
    await page.$$eval("details", (all) => all.forEach((it) => { it.open = true; }));
    await looked(page, `${where}, all open`, name);
    await refreshed(page, where);
    await filtered(page, where);
  }
  if (name === "hostile") {
    await page.$$eval("details", (all) => all.forEach((it) => { it.open = true; }));
    await looked(page, `${where}, all open`, name);
  }
  if (name === "large") await paged(page, where);
  if (mode.script) await audited(page, where);
  await close();
}

const browser = await puppeteer.launch({
  executablePath: chromium, headless: true, userDataDir: profile,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"],
});
try {
  for (const name of Object.keys(pages)) {
    for (const width of Object.keys(WIDTHS)) {
      for (const scheme of SCHEMES) {
        for (const script of [true, false]) await everything(browser, name, { width, scheme, script });
      }
    }
  }
} finally {
  await browser.close();
}
console.log(`${looks} looks, ${texts} texts, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);
