"""What TeX's commands stand for: letters, operators, relations, arrows, spaces, delimiters and alphabets."""

from __future__ import annotations

_SMALL = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi "
    "psi omega varepsilon vartheta varrho varphi varpi varsigma"
)
_CAPITAL = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_FUNCTIONS = "arccos arcsin arctan arg cos cosh cot coth deg dim exp hom ker lg ln log sin sinh tan tanh"
_LIMITED = "det gcd inf lim max min sup Pr"

LETTERS = {
    **dict(
        zip(
            _SMALL.split(),
            "αβγδϵζηθικλμνξπρστυϕχψωεϑϱφϖς",
            strict=True,
        )
    ),
    "ell": "ℓ",
    "imath": "ı",
    "jmath": "ȷ",
}
"""Letters that are set in italics."""

UPRIGHT = {
    **dict(
        zip(
            _CAPITAL.split(),
            "ΓΔΘΛΞΠΣΥΦΨΩ",
            strict=True,
        )
    ),
    "infty": "∞",
    "emptyset": "∅",
    "varnothing": "∅",
    "top": "⊤",
    "bot": "⊥",
    "hbar": "ℏ",
    "dots": "…",
    "ldots": "…",
    "cdots": "⋯",
    "vdots": "⋮",
    "ddots": "⋱",
    "prime": "′",
    "#": "#",
    "%": "%",
    "&": "&",
    "_": "_",
    "$": "$",
}
"""Letters and signs that are set upright."""

OPERATORS = {
    "cdot": "⋅",
    "times": "×",
    "pm": "±",
    "mp": "∓",
    "div": "÷",
    "ast": "∗",
    "star": "⋆",
    "circ": "∘",
    "bullet": "∙",
    "odot": "⊙",
    "oplus": "⊕",
    "otimes": "⊗",
    "cup": "∪",
    "cap": "∩",
    "setminus": "∖",
    "wedge": "∧",
    "land": "∧",
    "vee": "∨",
    "lor": "∨",
    "veebar": "⊻",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "ll": "≪",
    "gg": "≫",
    "approx": "≈",
    "sim": "∼",
    "simeq": "≃",
    "cong": "≅",
    "equiv": "≡",
    "propto": "∝",
    "prec": "≺",
    "succ": "≻",
    "preceq": "⪯",
    "succeq": "⪰",
    "in": "∈",
    "notin": "∉",
    "ni": "∋",
    "subset": "⊂",
    "subseteq": "⊆",
    "supset": "⊃",
    "supseteq": "⊇",
    "mid": "∣",
    "parallel": "∥",
    "perp": "⊥",
    "to": "→",
    "rightarrow": "→",
    "leftarrow": "←",
    "gets": "←",
    "mapsto": "↦",
    "hookrightarrow": "↪",
    "rightharpoonup": "⇀",
    "leftrightarrow": "↔",
    "Rightarrow": "⇒",
    "Leftarrow": "⇐",
    "Leftrightarrow": "⇔",
    "implies": "⟹",
    "iff": "⟺",
    "longrightarrow": "⟶",
    "uparrow": "↑",
    "downarrow": "↓",
    "colon": ":",
    "coloneqq": "≔",
}
"""Operators and relations between two things."""

SIGNS = {"nabla": "∇", "partial": "∂", "forall": "∀", "exists": "∃", "neg": "¬", "lnot": "¬"}
"""Signs that stand before a thing, with no space after them."""

FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Names that are set upright, with a thin space before a bare argument."""

LIMITED = {
    **{name: name for name in _LIMITED.split()},
    "limsup": "lim sup",
    "liminf": "lim inf",
}
"""Names whose scripts stand below and above them in a displayed formula."""

LARGE = {"sum": "∑", "prod": "∏", "coprod": "∐", "bigcup": "⋃", "bigcap": "⋂", "bigvee": "⋁", "bigwedge": "⋀"}
INTEGRALS = {"int": "∫", "iint": "∬", "iiint": "∭", "oint": "∮"}

SPACES = {",": "0.1667em", ":": "0.2222em", ">": "0.2222em", ";": "0.2778em", " ": "0.25em", "!": "-0.1667em"}
SPACES |= {"quad": "1em", "qquad": "2em", "enspace": "0.5em", "thinspace": "0.1667em"}

ACCENTS = {
    "hat": "^",
    "widehat": "^",
    "tilde": "~",
    "widetilde": "~",
    "bar": "¯",
    "overline": "¯",
    "vec": "→",
    "dot": "˙",
    "ddot": "¨",
    "check": "ˇ",
}
WIDE = frozenset(("widehat", "widetilde", "overline"))

DELIMITERS = {
    **{sign: sign for sign in "()[]/"},
    "<": "⟨",
    ">": "⟩",
    "|": "|",
    ".": "",
    "\\{": "{",
    "\\}": "}",
    "\\|": "‖",
    "\\lbrace": "{",
    "\\rbrace": "}",
    "\\lbrack": "[",
    "\\rbrack": "]",
    "\\vert": "|",
    "\\lvert": "|",
    "\\rvert": "|",
    "\\Vert": "‖",
    "\\lVert": "‖",
    "\\rVert": "‖",
    "\\langle": "⟨",
    "\\rangle": "⟩",
    "\\lfloor": "⌊",
    "\\rfloor": "⌋",
    "\\lceil": "⌈",
    "\\rceil": "⌉",
}
OPENING, CLOSING = "([{⟨⌊⌈", ")]}⟩⌋⌉"

BIG = {"big": 1.2, "Big": 1.8, "bigg": 2.4, "Bigg": 3.0}
BIG |= {f"{name}{side}": size for name, size in tuple(BIG.items()) for side in "lrm"}

FENCED = {"pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖", "matrix": "  "}
"""Environments of rows and columns, with what stands around them."""

_ALPHABETS = {"mathbf": 0x1D400, "mathcal": 0x1D49C, "mathscr": 0x1D49C, "mathbb": 0x1D538, "mathfrak": 0x1D504}
_ALPHABETS |= {"boldsymbol": 0x1D468, "bm": 0x1D468, "mathsf": 0x1D5A0, "mathtt": 0x1D670}
_DIGITS = {"mathbf": 0x1D7CE, "boldsymbol": 0x1D7CE, "bm": 0x1D7CE, "mathbb": 0x1D7D8, "mathsf": 0x1D7E2}
_GREEK = {"mathbf": 0x1D6A8, "boldsymbol": 0x1D71C, "bm": 0x1D71C}
_OLDER = {
    "mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "mathcal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "mathfrak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
"""Letters that Unicode had before it had their alphabets."""
UPRIGHTS = frozenset(("mathrm", "rm", "mathit", "mathnormal"))
ALPHABETS = frozenset(_ALPHABETS) | UPRIGHTS


def lettered(alphabet: str, letter: str) -> str:
    """A letter or digit in one of TeX's alphabets; itself where the alphabet lacks it."""
    older = _OLDER.get("mathcal" if alphabet == "mathscr" else alphabet, {})
    if letter in older:
        return older[letter]
    if alphabet in _ALPHABETS and "A" <= letter <= "Z":
        return chr(_ALPHABETS[alphabet] + ord(letter) - ord("A"))
    if alphabet in _ALPHABETS and "a" <= letter <= "z":
        return chr(_ALPHABETS[alphabet] + 26 + ord(letter) - ord("a"))
    if alphabet in _DIGITS and "0" <= letter <= "9":
        return chr(_DIGITS[alphabet] + ord(letter) - ord("0"))
    if alphabet in _GREEK and "Α" <= letter <= "Ω":
        return chr(_GREEK[alphabet] + ord(letter) - ord("Α"))
    if alphabet in _GREEK and "α" <= letter <= "ω":
        return chr(_GREEK[alphabet] + 26 + ord(letter) - ord("α"))
    return letter
