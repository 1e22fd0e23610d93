"""What WCAG 2.1 AA asks of a page, as far as it can be computed in the browser.

Belongs here: contrast of every text, structure, names, and that nothing flows out of the window.
Does not belong here: any page. No library of checks is installed with the project, so the few
that our pages can break are computed here, and `test_desk.py` plants a page that breaks each.
"""

from typing import Any

_CONTRAST = """
() => {
  const parse = (text) => {
    const found = text.match(/[\\d.]+/g);
    if (!found) return null;
    const [r, g, b, a] = found.map(Number);
    return {r, g, b, a: a === undefined ? 1 : a};
  };
  const luminance = ({r, g, b}) => {
    const part = (value) => {
      const v = value / 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour && colour.a > 0.99) return colour;
    }
    return {r: 255, g: 255, b: 255};
  };
  const problems = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest('.skip')) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const asked = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if (ratio < asked)
      problems.push(`${ratio.toFixed(2)} for "${element.textContent.trim().slice(0, 40)}"`);
  }
  return [...new Set(problems)].slice(0, 20);
}
"""

_STRUCTURE = """
() => {
  const problems = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (!document.documentElement.lang) problems.push('the page names no language');
  if (!document.title.trim()) problems.push('the page has no title');
  if (all('h1').length !== 1) problems.push(`${all('h1').length} headings of level 1`);
  if (all('main').length !== 1) problems.push(`${all('main').length} main parts`);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4')) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) problems.push(`level ${now} after ${level}: ${heading.textContent}`);
    level = now;
  }
  const ids = all('[id]').map((one) => one.id);
  for (const id of new Set(ids.filter((one, place) => ids.indexOf(one) !== place)))
    problems.push(`two elements are called ${id}`);
  for (const table of all('table')) {
    if (!table.caption) problems.push('a table without a caption');
    const heads = [...table.querySelectorAll('th')];
    if (!heads.length || heads.some((one) => !one.scope)) problems.push('a head without a scope');
    const width = (row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
    for (const body of table.tBodies)
      for (const row of body.rows)
        if (width(row) !== width(table.tHead.rows[0]))
          problems.push(`a row of another length in ${table.id}`);
  }
  for (const link of all('a'))
    if (!link.textContent.trim()) problems.push(`a link without words: ${link.href}`);
  for (const drawing of all('svg'))
    if (drawing.getAttribute('role') !== 'img' || !drawing.getAttribute('aria-label'))
      problems.push('a drawing without words');
  for (const scroll of all('.scroll'))
    if (scroll.tabIndex !== 0 || !scroll.getAttribute('aria-label'))
      problems.push('a scrolling part that a keyboard cannot reach');
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) problems.push(`the page is ${wide} px wider than the window`);
  return problems;
}
"""


def problems(page: Any) -> list[str]:
    """Everything wrong with the page as it stands, details opened."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return [*page.evaluate(_STRUCTURE), *page.evaluate(_CONTRAST)]
