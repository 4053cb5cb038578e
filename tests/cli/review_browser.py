"""review_browser.py PAGE PROFILE - looks at a review page in headless Chromium; prints what is wrong.

The answers come from the browser: its layout, its accessibility tree, its focus, its computed
colours, its network. Contrast is that of WCAG 2.2, 1.4.3 and 1.4.11.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import base64
import os
import re
import sys

import browser

WIDTHS = ((390, 844), (1280, 900))
problems = []

# In the page: lists of problems, as texts.
STRUCTURE = r"""(() => {
  const wrong = [], name = e => e.tagName + (e.id ? '#' + e.id : '');
  const all = s => [...document.querySelectorAll(s)];
  const text = e => (e ? e.textContent : '').trim();
  let level = 0;
  for (const h of all('h1,h2,h3,h4,h5,h6')) {
    const n = Number(h.tagName[1]);
    if (n > level + 1) wrong.push('a heading of level ' + n + ' after one of ' + level);
    if (!text(h)) wrong.push('an empty heading');
    level = n;
  }
  for (const [s, n] of [['h1', 1], ['main', 1], ['body > header', 1], ['body > footer', 1],
                        ['nav[aria-label]', 1], ['title', 1]])
    if (all('html ' + s).filter(e => !e.closest('svg')).length !== n) wrong.push('not one ' + s);
  if (document.documentElement.lang !== 'en') wrong.push('no language');
  for (const t of all('table')) {
    if (!text(t.caption)) wrong.push('a table without a caption');
    if (!t.tHead || ![...t.tHead.rows[0].cells].every(c => c.tagName === 'TH' && c.scope === 'col'))
      wrong.push('a table without column headers');
    const width = t.tHead ? t.tHead.rows[0].cells.length : 0;
    for (const r of t.tBodies[0].rows) {
      if (!r.querySelector('th[scope=row]')) wrong.push('a row without a header');
      if ([...r.cells].reduce((n, c) => n + c.colSpan, 0) !== width) wrong.push('a ragged row');
    }
  }
  for (const s of all('svg')) {
    if (!text(s.querySelector(':scope > title'))) wrong.push('a chart without a title');
    if (s.getAttribute('role') !== 'img') wrong.push('a chart without a role');
  }
  const ids = all('[id]').map(e => e.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id that stands twice');
  for (const e of all('[aria-labelledby]'))
    for (const id of e.getAttribute('aria-labelledby').split(' '))
      if (!document.getElementById(id)) wrong.push(name(e) + ' is named by nothing');
  for (const a of all('a'))
    if (!document.getElementById(a.getAttribute('href').slice(1)) || !text(a))
      wrong.push('a link to nowhere: ' + a.getAttribute('href'));
  for (const s of all('section'))
    if (!all('nav a').some(a => a.getAttribute('href') === '#' + s.id))
      wrong.push('no way to section ' + s.id);
  for (const e of all('script,iframe,img,link,object,embed,form,[style],[onerror],[onload]'))
    wrong.push('there is a ' + name(e));
  if (all('style').length !== 1) wrong.push('not one style sheet');
  return wrong;
})()"""

# Elements whose right end is outside of the window, and that no scrolling region holds.
OVERFLOW = r"""(() => {
  const wrong = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    wrong.push('the page is ' + document.documentElement.scrollWidth + ' wide');
  for (const e of document.querySelectorAll('main *, header *, nav *'))
    if (e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll, pre'))
      wrong.push(e.tagName + '.' + e.getAttribute('class') + ' sticks out: ' +
                 e.textContent.slice(0, 40));
  return wrong.slice(0, 5);
})()"""

# The lowest contrast of texts, and of bars with the page, and where.
CONTRAST = r"""(() => {
  const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
  const part = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
                            return (x + 0.05) / (y + 0.05); };
  const behind = e => { for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c; }
    return [255, 255, 255]; };
  let text = [99, ''], shape = [99, ''];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest('title, desc, style') || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const r = ratio(parse(e.closest('svg') ? style.fill : style.color), behind(e));
    if (r < text[0]) text = [r, e.tagName + ': ' + n.data.trim().slice(0, 30)];
  }
  for (const e of document.querySelectorAll('svg rect')) {
    const style = getComputedStyle(e), fill = style.fill === 'none' ? style.stroke : style.fill;
    const r = ratio(parse(fill), behind(e));
    if (r < shape[0]) shape = [r, e.getAttribute('class')];
  }
  return {text, shape};
})()"""

VIOLATION = r"""new Promise(done => {
  document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective), {once: true});
  %s
  setTimeout(() => done('nothing was stopped'), 2000);
})"""
FORBIDDEN = {
    "img-src": "new Image().src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';",
    "script-src-elem": "document.head.append(Object.assign(document.createElement('script'),"
                       "{textContent: 'document.title = 3'}));",
    "style-src-elem": "document.head.append(Object.assign(document.createElement('style'),"
                      "{textContent: '*{color:red}'}));",
    "connect-src": "fetch('http://127.0.0.1:9/').catch(() => 0);",
}


def expect(good, what):
    if not good:
        problems.append(what)


def look_at(b, url, width, height, dark):
    where = "%d px, %s: " % (width, "dark" if dark else "light")
    b.resize(width, height, dark)
    requests = b.open(url)
    expect(requests == [url], where + "requests: " + str(requests))
    for problem in b.run(STRUCTURE) + b.run(OVERFLOW):
        problems.append(where + problem)
    b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    for problem in b.run(OVERFLOW):
        problems.append(where + "opened: " + problem)
    found = b.run(CONTRAST)
    expect(found["text"][0] >= 4.5, where + "contrast of text: " + str(found["text"]))
    expect(found["shape"][0] >= 3, where + "contrast of a chart: " + str(found["shape"]))
    expect(b.run("getComputedStyle(document.querySelector('main')).maxWidth") != "none",
           where + "the style sheet does not apply")


def look_at_keyboard(b, url):
    b.resize(1280, 900)
    b.open(url)
    here = ("(() => { const e = document.activeElement, r = e.getBoundingClientRect(), "
            "s = getComputedStyle(e); return {text: e.textContent, seen: r.left >= 0 && r.top >= 0 "
            "&& r.bottom <= innerHeight && r.width > 0, outline: s.outlineStyle + s.outlineWidth}; "
            "})()")
    expected = ["Skip to the content"] + b.run("[...document.querySelectorAll('nav a')]"
                                               ".map(a => a.textContent)")
    expect(len(expected) > 8, "the way around has too few links")
    for text in expected:
        b.press("Tab", 9)
        at = b.run(here)
        expect(at["text"] == text, "Tab reaches %r, expected %r" % (at["text"], text))
        expect(at["seen"], "%r has the focus and is not seen" % text)
        expect(at["outline"] == "solid3px", "%r shows no focus: %s" % (text, at["outline"]))
    b.run("document.querySelector('.skip').focus()")
    b.press("Enter", 13)
    b.call("Input.dispatchKeyEvent", type="char", text="\r")
    expect(b.run("new Promise(d => setTimeout(() => d(document.activeElement.id), 200))") == "main",
           "the skip link does not lead to the content")
    count = b.run("[...document.querySelectorAll('.scroll, summary, input, pre')]"
                  ".filter(e => e.tabIndex < 0).length")
    expect(count == 0, "%d regions, folds and boxes cannot have the focus" % count)


def look_at_tree(b, url):
    """What a screen reader is told."""
    b.open(url)
    nodes = b.call("Accessibility.getFullAXTree")["nodes"]
    roles = {}
    for node in nodes:
        if node.get("ignored"):
            continue
        role = node["role"]["value"]
        roles[role] = roles.get(role, 0) + 1
        needs_name = role in ("image", "region", "link", "table", "navigation", "heading", "checkbox")
        if needs_name and not node.get("name", {}).get("value", "").strip():
            problems.append("accessibility tree: %s without a name" % role)
    for role in ("main", "banner", "contentinfo", "navigation", "image", "table", "rowheader",
                 "columnheader", "checkbox"):
        expect(roles.get(role, 0) > 0, "accessibility tree: no " + role)


def look_at_paper(b, url):
    b.resize(1280, 900)
    b.open(url)
    pdf = base64.b64decode(b.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    pages = len(re.findall(rb"/Type ?/Page\b", pdf))
    expect(3 <= pages <= 60, "printed on %d pages" % pages)
    boxes = {tuple(round(float(n)) for n in box.split())
             for box in re.findall(rb"/MediaBox ?\[([^]]*)\]", pdf)}
    expect(boxes == {(0, 0, 595, 842)}, "not printed on A4: " + str(boxes))
    b.resize(720, 1000, media="print")
    expect(b.run("getComputedStyle(document.querySelector('nav')).display") == "none",
           "the links are printed")
    found = b.run(CONTRAST)["text"]
    expect(found[0] >= 4.5, "on paper: contrast of text: " + str(found))
    b.resize(720, 1000)


def main():
    url = "file://" + os.path.abspath(sys.argv[1])
    os.makedirs(sys.argv[2])
    b = browser.Browser(browser.find(), sys.argv[2])
    try:
        for width, height in WIDTHS:
            for dark in (False, True):
                look_at(b, url, width, height, dark)
        look_at_keyboard(b, url)
        look_at_tree(b, url)
        look_at_paper(b, url)
        b.open(url)
        title = b.run("document.title")
        expect(title.startswith("Review: <script>"), "the title is " + title)
        logged = [e for e in b.events if e.get("method") in
                  ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening")]
        expect(not logged, "the browser complains: " + str(logged)[:300])
        for directive, attempt in FORBIDDEN.items():
            stopped = b.run(VIOLATION % attempt)
            expect(stopped == directive, "%s: %s" % (directive, stopped))
    finally:
        b.close()
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
