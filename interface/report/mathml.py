"""LaTeX formulas as MathML Core, for what SymPy writes and what the source prints.

>>> "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in mathml(r"\\frac{1}{2}")
True

Every command is known by name or refused (`NotSet`); nothing is dropped in silence. `formula` never raises: what cannot
be set is shown as the TeX that it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from . import tex_names as names

_TOKENS = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|:=|\s+|.", re.DOTALL)
_DEEPEST = 120
_TIGHT = 'lspace="0" rspace="0"'


class NotSet(ValueError):
    """The text is no LaTeX that this module knows; the message names what it stumbled over."""


@dataclass(frozen=True)
class _Node:
    """A piece of MathML. kind: what stands beside it goes by this ("ord", "op", "open", "close", "name", "space").

    limited: its scripts stand below and above.
    """

    xml: str
    kind: str = "ord"
    limited: bool = False


def formula(tex: str, display: bool = False) -> str:
    """The formula as MathML, or as readable TeX where it cannot be set."""
    try:
        return mathml(tex, display)
    except NotSet:
        return f'<code class="tex">{escape(tex)}</code>'


def mathml(tex: str, display: bool = False) -> str:
    """The formula as one `math` element, which carries its TeX; raises NotSet."""
    body = _single(_Parser(tex).whole())
    mark = ' display="block"' if display else ""
    source = f'<annotation encoding="application/x-tex">{escape(tex, quote=False)}</annotation>'
    return f"<math{mark}><semantics>{body.xml}{source}</semantics></math>"


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, tex: str) -> None:
        self.tokens: list[str] = _TOKENS.findall(tex)
        self.at = 0
        self.depth = 0

    def whole(self) -> list[_Node]:
        """All of it."""
        nodes = self.row(())
        if self.at < len(self.tokens):
            raise NotSet(f"{self.tokens[self.at]!r} closes nothing")
        return nodes

    def peek(self) -> str:
        """The next token, or nothing at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        """The next token that is no blank."""
        while self.peek().isspace():
            self.at += 1
        if not self.peek():
            raise NotSet("the formula ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, wanted: str) -> None:
        """Pass over a token that must be there."""
        if (found := self.take()) != wanted:
            raise NotSet(f"{found!r} stands where {wanted!r} should")

    def row(self, ends: tuple[str, ...], alphabet: str = "") -> list[_Node]:
        """The nodes up to one of the ends (or a closing brace), which is left in place."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotSet("it is nested too deeply")
        nodes: list[_Node] = []
        while self.peek() and self.peek() not in ("}", *ends):
            if self.peek().isspace():
                self.at += 1
            elif self.peek() == "\\rm":
                self.at += 1
                alphabet = "mathrm"
            else:
                nodes.append(self.scripted(alphabet))
        self.depth -= 1
        return nodes

    def scripted(self, alphabet: str) -> _Node:
        """A node with its sub- and superscripts."""
        base = _Node("<mrow></mrow>") if self.peek() in ("^", "_", "'") else self.atom(alphabet)
        below: _Node | None = None
        above: list[_Node] = []
        while True:
            token = self.peek()
            if token.isspace() and self._script_after_blank():
                self.at += 1
            elif token in ("\\limits", "\\nolimits"):
                self.at += 1
                base = replace(base, limited=token == "\\limits")
            elif token == "'":
                self.at += 1
                above.append(_Node(f"<mo {_TIGHT}>′</mo>"))
            elif token == "^":
                self.at += 1
                above.append(self.argument(alphabet))
            elif token == "_":
                if below is not None:  # SymPy indexes a symbol that has an index: the scripts so far go with the base.
                    base, below, above = _with_scripts(base, below, _single(above) if above else None), None, []
                self.at += 1
                below = self.argument(alphabet)
            else:
                return _with_scripts(base, below, _single(above) if above else None)

    def _script_after_blank(self) -> bool:
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        return following in ("^", "_", "'", "\\limits", "\\nolimits")

    def argument(self, alphabet: str = "") -> _Node:
        """What a command or a script applies to: a group or one token."""
        while self.peek().isspace():
            self.at += 1
        digits = self.peek()
        if len(digits) > 1 and digits[0].isdigit():
            self.tokens[self.at : self.at + 1] = list(digits)
        return self.atom(alphabet)

    def group(self, alphabet: str = "") -> list[_Node]:
        """The nodes between braces."""
        self.expect("{")
        nodes = self.row((), alphabet)
        self.expect("}")
        return nodes

    def words(self) -> str:
        """The text between braces, as it stands."""
        self.expect("{")
        depth, begin = 1, self.at
        while depth:
            token = self.peek()
            if not token:
                raise NotSet("a brace is never closed")
            depth += {"{": 1, "}": -1}.get(token, 0)
            self.at += 1
        return "".join(self.tokens[begin : self.at - 1])

    def atom(self, alphabet: str) -> _Node:
        """One thing without its scripts."""
        token = self.take()
        if token == "{":
            self.at -= 1
            return _single(self.group(alphabet))
        if token.startswith("\\"):
            return self.command(token[1:], alphabet)
        if token[0].isdigit():
            return _Node(f"<mn>{''.join(names.lettered(alphabet, digit) for digit in token)}</mn>")
        if token.isalpha():
            return _letter(token, alphabet)
        if token == "~":
            return _space("0.25em")
        if token in ("&", "}", "#", "%", "$", "\\"):
            raise NotSet(f"{token!r} has no meaning here")
        return _sign(token)

    def command(self, name: str, alphabet: str) -> _Node:
        """What a command makes, with its arguments."""
        if name in names.LETTERS:
            return _letter(names.LETTERS[name], alphabet)
        if name in names.UPRIGHT:
            bold = alphabet if alphabet in ("mathbf", "boldsymbol", "bm") else "mathrm"
            return _letter(names.UPRIGHT[name], bold)
        if name in names.SPACES:
            return _space(names.SPACES[name])
        if name in names.FUNCTIONS:
            return _Node(f"<mi>{name}</mi>", "name")
        if name in names.LIMITED:
            return _limited_name(names.LIMITED[name])
        if name in names.OPERATORS:
            return _Node(f"<mo>{escape(names.OPERATORS[name])}</mo>", "op")
        if name in names.SIGNS:
            return _Node(f"<mo {_TIGHT}>{names.SIGNS[name]}</mo>", "sign")
        if name in names.LARGE:
            return _Node(f"<mo>{names.LARGE[name]}</mo>", "op", limited=True)
        if name in names.INTEGRALS:
            return _Node(f"<mo>{names.INTEGRALS[name]}</mo>", "op")
        if "\\" + name in names.DELIMITERS:
            return _delimiter(names.DELIMITERS["\\" + name])
        maker = getattr(self, f"_{_MAKERS.get(name, '')}", None)
        if maker is None:
            if name in names.ACCENTS:
                return self._accent(name)
            if name in names.ALPHABETS:
                return self._alphabet(name)
            if name in names.BIG:
                return _delimiter(self._delimiter_name(), names.BIG[name])
            raise NotSet(f"\\{name} is not known")
        made: _Node = maker(name)
        return made

    def _fraction(self, name: str) -> _Node:
        top, bottom = self.argument(), self.argument()
        line = ' linethickness="0"' if name.endswith("binom") else ""
        xml = f"<mfrac{line}>{top.xml}{bottom.xml}</mfrac>"
        if line:
            xml = f"<mrow><mo>(</mo>{xml}<mo>)</mo></mrow>"
        if name[0] in "td":
            xml = f'<mstyle displaystyle="{"true" if name[0] == "d" else "false"}">{xml}</mstyle>'
        return _Node(xml)

    def _root(self, name: str) -> _Node:
        if self.peek() != "[":
            return _Node(f"<msqrt>{self.argument().xml}</msqrt>")
        self.at += 1
        index = _single(self.row(("]",)))
        self.expect("]")
        return _Node(f"<mroot>{self.argument().xml}{index.xml}</mroot>")

    def _accent(self, name: str) -> _Node:
        base, wide = self.argument(), "true" if name in names.WIDE else "false"
        accent = f'<mo stretchy="{wide}">{names.ACCENTS[name]}</mo>'
        return replace(base, xml=f'<mover accent="true">{base.xml}{accent}</mover>')

    def _alphabet(self, name: str) -> _Node:
        while self.peek().isspace():
            self.at += 1
        if self.peek() == "{" and name in ("mathrm", "mathit") and _WORD.fullmatch(self._ahead()):
            word = self.words()
            return _letter(word, name) if len(word) == 1 else _Node(f"<mi>{escape(word)}</mi>")
        return self.argument(name)

    def _ahead(self) -> str:
        end = self.tokens.index("}", self.at) if "}" in self.tokens[self.at :] else self.at
        return "".join(self.tokens[self.at + 1 : end])

    def _operator(self, name: str) -> _Node:
        starred = self.peek() == "*"
        self.at += starred
        word = _plain_words(self.words())
        return _limited_name(word) if starred else _Node(f"<mi>{escape(word)}</mi>", "name")

    def _text(self, name: str) -> _Node:
        pieces = []
        for at, piece in enumerate(self.words().split("$")):
            if at % 2:
                pieces.append(_single(_Parser(piece).whole()).xml)
            elif piece:
                pieces.append(f"<mtext>{_kept(_plain_words(piece))}</mtext>")
        return _Node(f"<mrow>{''.join(pieces)}</mrow>" if len(pieces) != 1 else pieces[0])

    def _not(self, name: str) -> _Node:
        following = self.argument()
        found = re.fullmatch(r"(<m[oi][^>]*>)([^<]+)(</m[oi]>)", following.xml)
        if found is None:
            raise NotSet(r"\not stands before something that cannot be struck out")
        return replace(following, xml=f"{found[1]}{found[2]}\u0338{found[3]}")

    def _stack(self, name: str) -> _Node:
        self.expect("{")
        rows = self._rows("}")
        self.expect("}")
        return _Node(_table(rows, "stack"))

    def _over(self, name: str) -> _Node:
        mark, base = self.argument(), self.argument()
        tag = "munder" if name == "underset" else "mover"
        return replace(base, xml=f"<{tag}>{base.xml}{mark.xml}</{tag}>")

    def _delimiter_name(self) -> str:
        token = self.take()
        if token not in names.DELIMITERS:
            raise NotSet(f"{token!r} is no delimiter")
        return names.DELIMITERS[token]

    def _left(self, name: str) -> _Node:
        opening = self._delimiter_name()
        inner = []
        while True:
            inner.append(_joined(self.row(("\\right", "\\middle"))))
            if self.take() == "\\right":
                break
            inner.append(_stretching(self._delimiter_name(), "infix"))
        closing = self._delimiter_name()
        body = "".join((_stretching(opening, "prefix"), *inner, _stretching(closing, "postfix")))
        return _Node(f"<mrow>{body}</mrow>", "fenced")

    def _environment(self, name: str) -> _Node:
        kind = self.words()
        if kind == "array":
            self.words()
        rows = self._rows("\\end")
        self.expect("\\end")
        if (closed := self.words()) != kind:
            raise NotSet(f"{kind} is closed by {closed}")
        if kind == "cases":
            return _Node(f"<mrow>{_stretching('{', 'prefix')}{_table(rows, 'cases')}</mrow>")
        if kind in ("aligned", "align", "array", "split", "gathered"):
            return _Node(_table(rows, kind))
        if kind not in names.FENCED:
            raise NotSet(f"the environment {kind} is not known")
        fence = names.FENCED[kind]
        opening, closing = fence[0].strip(), fence[1].strip()
        body = f"{_stretching(opening, 'prefix')}{_table(rows, 'matrix')}{_stretching(closing, 'postfix')}"
        return _Node(f"<mrow>{body}</mrow>")

    def _rows(self, end: str) -> list[list[str]]:
        rows: list[list[str]] = [[]]
        while True:
            rows[-1].append(_joined(self.row(("&", "\\\\", end))))
            token = self.peek()
            if token not in ("&", "\\\\"):
                return rows if rows[-1] != [""] else rows[:-1]
            self.at += 1
            if token == "\\\\":
                rows.append([])


_MAKERS = {
    **dict.fromkeys(("frac", "tfrac", "dfrac", "binom", "tbinom", "dbinom"), "fraction"),
    **dict.fromkeys(("text", "textrm", "textit", "mbox", "textbf", "texttt"), "text"),
    **dict.fromkeys(("overset", "underset", "stackrel"), "over"),
    "sqrt": "root",
    "operatorname": "operator",
    "not": "not",
    "substack": "stack",
    "left": "left",
    "begin": "environment",
}
_WORD = re.compile(r"[A-Za-z]+")


def _letter(letter: str, alphabet: str) -> _Node:
    if alphabet in ("mathrm", "rm"):
        return _Node(f'<mi mathvariant="normal">{escape(letter)}</mi>')
    drawn = names.lettered(alphabet, letter)
    upright = ' mathvariant="normal"' if drawn == letter and letter in names.UPRIGHT.values() else ""
    return _Node(f"<mi{upright}>{escape(drawn)}</mi>")


def _sign(token: str) -> _Node:
    if token in ("(", "[", ")", "]", "|"):
        return _delimiter(token)
    if token in "+-":
        return _Node(f"<mo>{'−' if token == '-' else token}</mo>", "op")
    if token in ("=", "<", ">", "*", ":", ":="):
        return _Node(f"<mo>{escape(token.replace('*', '∗'))}</mo>", "op")
    if token == "/":
        return _Node(f"<mo {_TIGHT}>/</mo>", "op")
    if token in ",;":
        return _Node(f"<mo>{token}</mo>", "comma")
    return _Node(f"<mo {_TIGHT}>{escape(token)}</mo>")


def _space(width: str) -> _Node:
    return _Node(f'<mspace width="{width}"></mspace>', "space")


def _limited_name(word: str) -> _Node:
    return _Node(f'<mo movablelimits="true" {_TIGHT}>{escape(word)}</mo>', "name", limited=True)


def _delimiter(sign: str, size: float = 0.0) -> _Node:
    if not sign:
        return _Node("<mrow></mrow>")
    kind = "open" if sign in names.OPENING else "close" if sign in names.CLOSING else "ord"
    form = {"open": ' form="prefix"', "close": ' form="postfix"'}.get(kind, "")
    extent = f'stretchy="true" minsize="{size}em" maxsize="{size}em"' if size else 'stretchy="false"'
    return _Node(f"<mo{form} {extent} {_TIGHT}>{escape(sign)}</mo>", kind)


def _stretching(sign: str, form: str) -> str:
    return f'<mo form="{form}" stretchy="true" {_TIGHT}>{escape(sign)}</mo>' if sign else ""


def _table(rows: Sequence[Sequence[str]], kind: str) -> str:
    body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
    return f'<mtable class="{kind}">{body}</mtable>'


def _with_scripts(base: _Node, below: _Node | None, above: _Node | None) -> _Node:
    if below is None and above is None:
        return base
    tags = ("munder", "mover", "munderover") if base.limited else ("msub", "msup", "msubsup")
    tag = tags[2] if below and above else tags[0] if below else tags[1]
    inner = base.xml + (below.xml if below else "") + (above.xml if above else "")
    return _Node(f"<{tag}>{inner}</{tag}>", base.kind)


def _single(nodes: Sequence[_Node]) -> _Node:
    """The nodes as one."""
    return nodes[0] if len(nodes) == 1 else _Node(f"<mrow>{_joined(nodes)}</mrow>")


def _joined(nodes: Sequence[_Node]) -> str:
    """The nodes in a row, with the spaces and signs that depend on what stands beside what."""
    parts: list[str] = []
    before = "open"
    for node, following in zip(nodes, (*nodes[1:], None), strict=True):
        xml = node.xml
        if following is not None and (xml, following.xml) == ("<mo>+</mo>", "<mo>−</mo>"):
            continue  # SymPy adds a negative term: a + -b.
        if before in ("open", "op", "comma", "name") and xml in ("<mo>−</mo>", "<mo>+</mo>", "<mo>±</mo>"):
            xml = xml.replace("<mo>", '<mo form="prefix">')
        if before == "name" and node.kind not in ("open", "fenced", "close", "op", "comma", "space"):
            parts.append('<mspace width="0.1667em"></mspace>')
        if node.kind == "name" and before in ("ord", "fenced", "close"):
            parts.append('<mspace width="0.1667em"></mspace>')
        parts.append(xml)
        before = node.kind if node.kind != "space" or before == "name" else before
    return "".join(parts)


def _plain_words(text: str) -> str:
    """Text with its few TeX escapes resolved; raises NotSet for a command inside."""
    text = re.sub(r"\\([%#&_$ {}])", r"\1", text).replace("---", "—").replace("--", "–").replace("~", "\u00a0")
    text = text.replace("``", "“").replace("''", "”").replace("{", "").replace("}", "")
    text = re.sub(r"\\[,;:]", "\u2009", text)
    if "\\" in text:
        raise NotSet(f"a command inside a text: {text!r}")
    return text


def _kept(text: str) -> str:
    """Text whose blanks at both ends are kept."""
    start, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return escape(f"{chr(0xA0) if start else ''}{text.strip()}{chr(0xA0) if end and text.strip() else ''}")
