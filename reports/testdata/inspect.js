(() => {
  const parse = (color) => {
    const m = color.match(/[\d.]+/g).map(Number);
    return { r: m[0], g: m[1], b: m[2], a: m.length > 3 ? m[3] : 1 };
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const backgroundOf = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.a > 0) return c;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const contrast = (e) => {
    const style = getComputedStyle(e);
    const ink = parse(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(backgroundOf(e))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const texts = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !e.closest("script, style, title, desc")) texts.add(e);
  }
  const scrolled = (e) => e.closest(".scroll") || e.closest(".symbols, .said");
  const width = innerWidth;
  const verdict = document.getElementById("verdict-word");
  const box = verdict.getBoundingClientRect();
  return {
    ScrollWidth: document.documentElement.scrollWidth,
    InnerWidth: width,
    Verdict: box.height > 0 && box.top >= 0 && box.bottom <= innerHeight ? verdict.textContent.trim() : "",
    LowContrast: [...texts].filter((e) => contrast(e) < 4.5).map((e) => `${contrast(e).toFixed(2)} ${e.className.baseVal ?? e.className} ${e.textContent.trim()}`),
    Overflowing: [...document.body.querySelectorAll("*")]
      .filter((e) => !scrolled(e) && e.getBoundingClientRect().right > width + 0.5)
      .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 40)}`),
  };
})()
