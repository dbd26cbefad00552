"""Signs, words and Python constructs that are no part of the formula language."""

from __future__ import annotations

_NOT_PART = "is not part of the formula language"

# sign -> message, hint, code
REFUSED_SIGNS: dict[str, tuple[str, str, str]] = {
    "=": ("'=' does not compare", "write == to compare", "formula-syntax"),
}
REFUSED_SIGNS |= {
    sign: (f"'{sign}' ({what}) {_NOT_PART}", hint, "formula-refused")
    for sign, what, hint in (
        ("**", "power", "multiply instead"),
        ("//", "whole division", "write floor(a / b)"),
        ("%", "remainder or per cent", "write 0.05 for 5 per cent"),
        ("^", "power", "multiply instead"),
        ("&&", "both", "write and"),
        ("&", "both", "write and"),
        ("||", "either", "write or; join texts with concat()"),
        ("|", "either", "write or"),
        ("!", "not", "write not"),
        ("<>", "unequal", "write !="),
        ("~", "bits", ""),
        ("<<", "bits", ""),
        (">>", "bits", ""),
        ("@", "matrix product", ""),
        (":=", "assignment", "write == to compare"),
        (":", "slice or lambda", ""),
        (";", "next statement", ""),
        ("{", "set or map", "write a list in [ ]"),
        ("}", "set or map", "write a list in [ ]"),
        ("#", "remark", ""),
        ("$", "dollar sign", ""),
        ("?", "question mark", "write if(condition, a, b)"),
        ("`", "backquote", ""),
        ("\\", "backslash", ""),
    )
}

REFUSED_WORDS = {
    "lambda": "a function of one's own",
    "for": "a comprehension",
    "async": "a comprehension",
    "await": "waiting",
    "yield": "a generator",
}

CONSTRUCTS = {
    "Subscript": "a subscript",
    "Starred": "unpacking with *",
    "NamedExpr": "assignment",
    "Lambda": "a function of one's own",
    "ListComp": "a comprehension",
    "SetComp": "a comprehension",
    "DictComp": "a comprehension",
    "GeneratorExp": "a comprehension",
    "JoinedStr": "an f-string",
    "Dict": "a map",
    "Set": "a set",
    "List": "a list outside 'in'",
    "Tuple": "a list outside 'in'",
    "Await": "waiting",
    "Yield": "a generator",
}
