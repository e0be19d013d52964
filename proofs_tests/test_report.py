"""The report: formulas as MathML, pages and their links, what a browser makes of them, and how they are written."""

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.dom.minidom import parseString

import pytest

from theoremcheck.interface.report import CannotWrite, drawings, references, write_site
from theoremcheck.interface.report.edition import Drawing, Edition
from theoremcheck.interface.report.mathml import NotSet, formula, mathml
from theoremcheck.interface.report.site import MARK, pages
from theoremcheck.interface.run import Evidence, decide
from theoremcheck.interface.store import Entry, Key
from theoremcheck.numerics.measurement import Tier
from theoremcheck.theory.bibliography import entries
from theoremcheck.theory.source import equations
from theoremcheck.theory.statements import catalogue

STATEMENTS = (
    "vae.evidence_decomposition",
    "vae.evidence_lower_bound",
    "vae.monte_carlo_elbo",
    "losses.l1_gradient",
    "losses.l1_penalized",
    "reinforcement.markov_property",
    "linear_algebra.diagonal_of_singular_values",
)
KEYS = [Key("statement", name) for name in STATEMENTS]
KEYS.append(Key("measurement", "vae.evidence_decomposition/gap_by_sampling", "quick", "0"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@cache
def result(key):
    return json.dumps(decide(key)[1])


def decided(keys=KEYS):
    """Evidence as the store gives it back, every time anew."""
    evidence = Evidence(Tier.QUICK, 0)
    for key in keys:
        evidence.add(key, Entry.now("", 0.0, json.loads(result(key))))
    return evidence


def stub_draw(topics, out, reports=None, progress=lambda name: None):
    """A picture and a derivation of the topic, without matplotlib's minutes."""
    written = []
    for name in ("vae.evidence_gap", "vae.evidence_lower_bound.derivation"):
        for suffix in ("svg", "png"):
            path = out / f"{name}.{suffix}"
            path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"/>', encoding="utf-8")
            written.append(path)
    return written


@pytest.fixture(scope="module")
def evidence():
    return decided()


@pytest.fixture(scope="module")
def report(evidence, tmp_path_factory):
    """A report on a few statements, with figures whose ink does not matter."""
    out = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("theoremcheck.figures.gallery.draw", stub_draw)
        write_site(out, evidence, evidence.ledger(), ["vae"])
    return out


# ---- formulas ----


def parts(tex):
    """The MathML without its annotation, which must be XML."""
    parseString(mathml(tex))
    return re.sub(r"<annotation.*</annotation>", "", mathml(tex)).removeprefix("<math><semantics>")


def test_every_formula_of_the_source_is_set():
    assert [row.equation for row in equations() if "<math" not in formula(row.printed)] == []
    for row in equations():
        parseString(mathml(row.printed))


def test_the_formulas_of_the_statements_are_set():
    for name in STATEMENTS:
        parseString(mathml(catalogue()[name].latex()))


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"x^{2}_{i}", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"x^23", "<msup><mi>x</mi><mn>2</mn></msup><mn>3</mn>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\mathbb R", "<mi>ℝ</mi>"),
        (r"\mathcal{L}", "<mi>ℒ</mi>"),
        (r"\mathbf{w}", "<mi>𝐰</mi>"),
        (r"\boldsymbol\theta", "<mi>𝜽</mi>"),
        (r"\mathrm{d}", '<mi mathvariant="normal">d</mi>'),
        (r"-x", '<mo form="prefix">−</mo><mi>x</mi>'),
        (r"a = -b", '<mo>=</mo><mo form="prefix">−</mo>'),
        (r"a + - b", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        (r"a - b", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        (r"\text{if } x", "<mtext>if\u00a0</mtext><mi>x</mi>"),
        (r"a < b", "<mo>&lt;</mo>"),
        (r"m_{t}_{0}", "<msub><msub><mi>m</mi><mi>t</mi></msub><mn>0</mn></msub>"),
        (r"\log x", '<mi>log</mi><mspace width="0.1667em"></mspace><mi>x</mi>'),
        (r"\operatorname{KL}", "<mi>KL</mi>"),
        (r"\not=", "<mo>=\u0338</mo>"),
    ],
)
def test_what_is_set(tex, wanted):
    assert wanted in parts(tex)


def test_limits_stand_below_sums_and_beside_integrals():
    assert parts(r"\sum_{i=1}^n x").startswith("<mrow><munderover><mo>∑</mo>")
    assert parts(r"\int_0^1 x").startswith("<mrow><msubsup><mo>∫</mo>")
    assert parts(r"\max_x f").startswith("<mrow><munder>")


def test_cases_and_matrices():
    assert parts(r"\begin{cases} 1 & \text{for}\: x \\ 0 & \text{otherwise} \end{cases}").count("<mtd>") == 4
    assert parts(r"\begin{pmatrix}a&b\\c&d\end{pmatrix}").count("<mtr>") == 2


@pytest.mark.parametrize(
    "tex",
    [
        r"\unheard{x}",
        "{x",
        "x}",
        r"\left( x",
        r"\frac{1}",
        r"\begin{cases} 1",
        "a & b",
        "x^",
        r"\text{\evil}",
        "{" * 500,
    ],
)
def test_what_cannot_be_set_is_refused_and_shown_as_readable_tex(tex):
    with pytest.raises(NotSet):
        mathml(tex)
    assert formula(tex).startswith('<code class="tex">')


def test_what_cannot_be_set_is_escaped():
    assert formula(r"\unheard<script>") == r'<code class="tex">\unheard&lt;script&gt;</code>'


def test_text_in_a_formula_is_escaped():
    assert "<b>" not in mathml(r"\text{<b>&amp;} < \mathrm{x}")
    parseString(mathml(r"\text{<b>} < \operatorname{a\_b}"))


# ---- references ----


def test_every_reference_is_readable():
    for one in entries().values():
        said = references.cited_as(one)
        assert not re.search(r"[{}\\]", said), said
        assert "()" not in said
        assert said.count("<") == said.count(">")


def test_accents_become_letters():
    assert references.plain(r"L{\'e}vy, {\"U}st\"un, {\v{C}}ech, Gy{\"o}rgy, {\O}ks, Szeg{\H{o}}, {\L}uk") == (
        "Lévy, Üstün, Čech, György, Øks, Szegő, Łuk"
    )
    assert references.authors("Kingma, Diederik P. and Welling, Max") == "Diederik P. Kingma and Max Welling"


# ---- pages ----

VOID = {"meta", "link", "input", "img", "wbr", "br"}


class Reader(HTMLParser):
    """The ids, links and headings of a page; stumbles over what is not closed."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.open, self.headings, self.labels = [], [], [], [], []
        self.unlabelled, self.problems = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.labels += [found[name] for name in ("for", "aria-labelledby", "aria-describedby") if name in found]
        if tag == "img" and not found.get("alt"):
            self.problems.append("a picture without a text")
        if tag in ("input", "select"):
            self.unlabelled.append(found["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")


def read(report):
    return {path.relative_to(report).as_posix(): Reader(path.read_text("utf-8")) for path in report.rglob("*.html")}


def test_every_page_is_well_formed(report):
    for path, page in read(report).items():
        assert not page.problems, (path, page.problems)
        assert not page.open, (path, page.open)
        assert len(page.ids) == len(set(page.ids)), path
        assert set(page.labels) <= set(page.ids), path
        assert page.headings.count(1) == 1, path
        assert page.headings[0] == 1, path
        assert set(page.unlabelled) <= set(page.labels), path


def test_every_link_leads_somewhere(report):
    read_pages = read(report)
    for path, page in read_pages.items():
        for link in page.links:
            parts = urlsplit(link)
            assert not parts.scheme, f"{path} needs a network for {link}"
            target = ((report / path).parent / unquote(parts.path)).resolve() if parts.path else report / path
            assert target.is_file(), f"{path}: {link}"
            if parts.fragment:
                name = target.relative_to(report.resolve()).as_posix() if parts.path else path
                assert unquote(parts.fragment) in read_pages[name].ids, f"{path}: {link}"


def test_nothing_is_fetched_from_a_network(report):
    for path in (*report.rglob("*.html"), *report.rglob("assets/*")):
        text = path.read_text("utf-8")
        assert not re.search(r"(src|href)=.https?:|@import|url\(|fetch\(|XMLHttpRequest|import\(", text), path


def test_the_ledger_has_a_cell_and_an_entry_for_every_equation(report):
    text = (report / "index.html").read_text("utf-8")
    assert text.count('class="cell ') == len(equations())
    assert text.count('<li id="eq-') == len(equations())
    assert '<a class="cell refuted" href="#eq-525" title="525, vae: refuted, proved"' in text


def test_a_statement_shows_all_that_is_known_of_it(report):
    text = (report / "statements/vae.evidence_decomposition.html").read_text("utf-8")
    for wanted in (
        catalogue()["vae.evidence_decomposition"].words,
        "Bayes&#x27; rule at each point",
        "Independent route: Monte Carlo on a finite latent space",
        "divergence reversed",
        "11 of 11 rejected",
        "Cited by",
        'href="../statements/vae.evidence_lower_bound.html"',
    ):
        assert wanted in text, wanted
    lower = (report / "statements/vae.evidence_lower_bound.html").read_text("utf-8")
    assert "Rests on" in lower
    assert "../figures/vae.evidence_lower_bound.derivation.svg" in lower
    assert "@" in lower
    assert "BibTeX" in lower
    assert 'href="../index.html#eq-522"' in lower


def test_a_refuted_equation_comes_with_its_counterexample_and_correction(report):
    for path in ("errata.html", "statements/vae.monte_carlo_elbo.html"):
        text = (report / path).read_text("utf-8")
        entry = text[text.index("eq-525") :]
        assert entry.index("As printed") < entry.index("Counterexample") < entry.index("Corrected"), path
    assert "Replay it in plain Python" in text


def test_the_errata_are_those_of_the_ledger(report, evidence):
    text = (report / "errata.html").read_text("utf-8")
    expected = [
        row.equation for row in evidence.ledger() if row.verdict in ("refuted", "ill-posed", "holds-if", "informal")
    ]
    assert re.findall(r'<li id="eq-(\w+)"', text) == expected
    assert {"525", "224", "529", "634"} <= set(expected)


def test_text_from_anywhere_is_escaped():
    evil = '<script>alert("1")</script>&'
    evidence = decided(KEYS[:1])
    report = evidence.reports["vae.evidence_decomposition"]
    report.problems.append(evil)
    report.witness[evil] = evil
    report.answer["detail"] = evil
    object.__setattr__(report.derivation[0], "reason", evil)
    object.__setattr__(report.derivation[0], "latex", evil)
    object.__setattr__(report.mutants[0], "name", evil)
    object.__setattr__(report.mutants[0], "by", evil)
    figure = Drawing("vae.evidence_gap", "vae", evil, ("vae.evidence_decomposition",))
    for path, text in pages(Edition(evidence, evidence.ledger(["vae"]), [figure])).items():
        assert "<script>alert" not in text, path
        assert not Reader(text).problems
    assert "&lt;script&gt;" in text


def test_the_same_evidence_gives_the_same_bytes(report, evidence, tmp_path, monkeypatch):
    monkeypatch.setattr("theoremcheck.figures.gallery.draw", stub_draw)
    write_site(tmp_path / "again", decided(), evidence.ledger(), ["vae"])
    first = {path.relative_to(report): path.read_bytes() for path in report.rglob("*") if path.is_file()}
    again = tmp_path / "again"
    assert first == {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()}


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def schemes():
    text = files("theoremcheck.interface.report").joinpath("style.css").read_text("utf-8")
    blocks = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r"{([^{}]*)}", text)]
    light, system, button, verdicts = (block for block in blocks if len(block) > 4)
    assert system == button
    return {"light": light | verdicts, "dark": button | verdicts}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_contrast(scheme):
    colour = schemes()[scheme]
    for ink in ("ink", "quiet", "link", "problem"):
        for ground in ("page", "surface"):
            assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    for verdict in ("holds", "definition", "informal", "holds-if", "refuted", "accepted", "failed"):
        assert contrast(colour["on"], colour[verdict]) >= 4.5, verdict
    assert contrast("#ffffff", colour["ill-posed"]) >= 4.5
    assert contrast(colour["on-open"], colour["open"]) >= 4.5
    for edge in ("edge", "focus"):
        assert contrast(colour[edge], colour["page"]) >= 3, edge


# ---- figures ----


def test_figures_are_matched_with_the_statements_they_draw():
    from theoremcheck.figures import vae

    drawn = drawings.statements_drawn(vae, "vae")
    assert drawn["evidence_gap"]
    assert all(name in catalogue() for names in drawn.values() for name in names)


def test_without_figures_the_gallery_says_so(evidence, tmp_path):
    write_site(tmp_path, evidence, evidence.ledger(["vae"]))
    assert "written without figures" in (tmp_path / "figures.html").read_text("utf-8")
    assert not (tmp_path / "figures").exists()


def test_figures_that_lack_a_package_are_named(evidence, tmp_path, monkeypatch):
    def needy(topics, *arguments):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("theoremcheck.figures.gallery.draw", needy)
    write_site(tmp_path, evidence, [], ["vae"])
    assert "vae needs torch" in (tmp_path / "figures.html").read_text("utf-8")
    assert not list(tmp_path.glob(".part*"))


# ---- writing ----


def test_a_folder_that_is_no_report_is_refused_and_left_alone(evidence, tmp_path):
    mine = tmp_path / "index.html"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(CannotWrite, match="holds other files than a report"):
        write_site(tmp_path, evidence, [])
    with pytest.raises(CannotWrite, match="is a file"):
        write_site(mine, evidence, [])
    assert mine.read_text("utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [mine]


def test_a_second_report_takes_away_its_own_old_pages_alone(evidence, tmp_path):
    write_site(tmp_path, evidence, evidence.ledger(["vae", "losses"]))
    mine = tmp_path / "statements" / "notes.txt"
    mine.write_text("mine", encoding="utf-8")
    write_site(tmp_path, decided(KEYS[:1]), evidence.ledger(["vae"]))
    left = {path.name for path in (tmp_path / "statements").iterdir()}
    assert left == {"vae.evidence_decomposition.html", "notes.txt"}


def test_a_damaged_list_deletes_nothing(evidence, tmp_path):
    outside = tmp_path / "precious.txt"
    outside.write_text("mine", encoding="utf-8")
    inner = tmp_path / "site"
    inner.mkdir()
    (inner / MARK).write_text(json.dumps({"files": ["../precious.txt", str(outside)]}), encoding="utf-8")
    write_site(inner, evidence, [])
    assert outside.read_text("utf-8") == "mine"
    (inner / MARK).write_text("{", encoding="utf-8")
    with pytest.raises(CannotWrite, match="damaged"):
        write_site(inner, evidence, [])


def test_an_interrupt_leaves_no_half_written_page(evidence, tmp_path, monkeypatch):
    write, count = Path.write_text, iter(range(1000))

    def interrupted(path, text, **options):
        if next(count) == 8:
            write(path, text[: len(text) // 2], **options)
            raise KeyboardInterrupt
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_site(tmp_path, evidence, evidence.ledger(["vae"]))
    monkeypatch.undo()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in written if path.name.endswith(".part")]
    found = [path for path in written if path.suffix == ".html"]
    assert found
    assert all(path.read_text("utf-8").endswith("</html>\n") for path in found)
    write_site(tmp_path, evidence, evidence.ledger(["vae"]))
    assert (tmp_path / "words.html").is_file()


def test_an_interrupt_while_drawing_leaves_no_scratch(evidence, tmp_path, monkeypatch):
    def stopped(*arguments):
        stub_draw(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("theoremcheck.figures.gallery.draw", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_site(tmp_path, evidence, [], ["vae"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures", MARK]
    assert not list((tmp_path / "figures").iterdir())


def command(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "theoremcheck", "report", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def test_the_command_refuses_in_a_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for arguments, told in (
        (["--out", "."], "holds other files than a report"),
        (["--out", "notes.txt"], "notes.txt is a file"),
        (["--out", "new", "--topic", "vea"], "did you mean vae?"),
    ):
        done = command(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_the_command_writes_a_topic(tmp_path):
    done = command("--out", "site", "--topic", "perceptron", "--no-figures", "--store", "store.sqlite", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "site/index.html\n"
    assert (tmp_path / "site/index.html").is_file()


# ---- in a browser ----

HARNESS = """<!DOCTYPE html><html><body><pre id="out"></pre><script>
const pages = PAGES, widths = WIDTHS, out = [];
async function measure(page, width) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:800px;border:0`;
  document.body.append(frame);
  await new Promise((done) => { frame.onload = done; frame.src = page; });
  const inner = frame.contentDocument, root = inner.documentElement;
  const form = inner.querySelector("form.filters");
  const shown = inner.querySelectorAll("[data-rows] > li:not([hidden])").length;
  await new Promise((done) => setTimeout(done, 100));
  const press = (target, key) => {
    target.dispatchEvent(new frame.contentWindow.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return inner.activeElement;
  };
  const beyond = [...inner.querySelectorAll(".formula")].filter((box) => box.scrollWidth > box.clientWidth + 1);
  const cells = inner.querySelectorAll(".cell"), button = inner.getElementById("theme");
  const stops = inner.querySelectorAll('.cell[tabindex="0"]').length;
  button.click();
  const found = press(inner.body, "/").id;
  if (cells.length) cells[0].focus();
  out.push({ unreachable: beyond.filter((box) => box.tabIndex).length, beyond: beyond.length, found,
    right: cells.length ? press(cells[0], "ArrowRight").hash : "", page, width,
    scroll: root.scrollWidth, client: root.clientWidth, shown, filters: form && !form.hidden,
    count: form && form.querySelector(".count").textContent, dim: inner.querySelectorAll(".cell.dim").length,
    stops, theme: root.dataset.theme });
  frame.remove();
}
(async () => {
  for (const page of pages) for (const width of widths) await measure(page, width);
  document.getElementById("out").textContent = JSON.stringify(out);
})().catch((error) => { document.getElementById("out").textContent = JSON.stringify(String(error)); });
</script></body></html>
"""


def browse(report, wanted, widths, tmp_path):
    """What a browser says of pages of the report, at some widths."""
    links = [f"{report.as_uri()}/{page}" for page in wanted]
    harness = tmp_path / "harness.html"
    harness.write_text(HARNESS.replace("PAGES", json.dumps(links)).replace("WIDTHS", str(widths)), encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=60000", "--dump-dom", harness.as_uri()],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr
    assert found[1], "the pages did not load"
    return json.loads(found[1].replace("&amp;", "&"))


@needs_chromium
def test_no_page_scrolls_sideways_and_every_long_formula_can_be_reached(report, tmp_path):
    wanted = sorted(path.relative_to(report).as_posix() for path in report.rglob("*.html"))
    seen = browse(report, wanted, [360, 1280], tmp_path)
    assert [one for one in seen if one["scroll"] > one["client"]] == []
    assert [one for one in seen if one["unreachable"]] == []
    assert any(one["beyond"] for one in seen)
    assert {one["theme"] for one in seen} == {"dark", "light"}


@needs_chromium
def test_search_and_filters(report, evidence, tmp_path):
    rows = evidence.ledger()
    expected = {
        "index.html": len(rows),
        "index.html?verdict=refuted": sum(row.verdict == "refuted" for row in rows),
        "index.html?topic=vae&verdict=refuted": 1,
        "index.html?chapter=B": 17,
        "index.html?strength=proved": sum(row.strength == "proved" for row in rows),
        "index.html?q=(525)": 1,
        "index.html?q=BIAS+vae.monte_carlo": 1,
        "index.html?q=nothing+like+this": 0,
        "index.html?verdict=no+such+verdict": len(rows),
        "statements.html?q=elbo": 1,
        "errata.html?verdict=ill-posed": 1,
        "index.html?verdict=refuted#eq-1": len(rows),
    }
    shown = {}
    for seen in browse(report, expected, [1000], tmp_path):
        page = seen["page"].removeprefix(f"{report.as_uri()}/")
        assert seen["filters"]
        assert str(seen["shown"]) in seen["count"]
        if page.startswith("index"):
            assert seen["dim"] == len(rows) - seen["shown"]
            assert seen["stops"] == 1
            assert seen["right"] == "#eq-2"
        assert seen["found"] == "q"
        shown[page] = seen["shown"]
    assert shown == expected
