r"""The grammar of API Gateway's mapping templates: the part of Velocity 1.7 that they need.

    block      = { text | reference | directive | comment }
    comment    = "##" to the end of the line | "#*" ... "*#"          verbatim = "#[[" ... "]]#"
    reference  = "$" ["!"] ( name access* | "{" name access* "}" )
    access     = "." name | "." name "(" [ expression { "," expression } ] ")" | "[" expression "]"
    directive  = "#set(" reference "=" expression ")"
               | "#if(" expression ")" block { "#elseif(" expression ")" block } [ "#else" block ] "#end"
               | "#foreach(" "$"name "in" expression ")" block "#end" | "#break" | "#stop"
               | "#define(" "$"name ")" block "#end"
               | "#macro(" name { "$"name } ")" block "#end" | "#"name "(" { expression } ")"
    expression = operators of LEVELS, loosest first, over: "!" "not" "-" , number, true, false, string, reference,
                 "(" expression ")", "[" items "]", "[" expression ".." expression "]", "{" key ":" value ... "}"

A name may hold "-" (``$context.requestOverride.header.X-Amz-Target``).  Strings have no escapes; the quote itself is
written twice.  ``"..."`` is a block of its own, ``'...'`` is taken as it is.  A backslash before a reference or
directive escapes it, two are one backslash.  A directive eats the blanks and the line end after it; ``#set`` also the
blanks before it.
"""

from __future__ import annotations

import re

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_DIRECTIVES = "set|if|elseif|else|end|foreach|break|stop|define|macro|include|parse|evaluate"

PLAIN = re.compile(r"[^$#\\]+")
SLASHES = re.compile(r"\\+")
NAME = re.compile(_NAME)
REFERENCE = re.compile(rf"\$(!?)(\{{?)({_NAME})")
VARIABLE = re.compile(rf"\$!?(\{{)?({_NAME})(?(1)\}})")
MEMBER = re.compile(rf"\.({_NAME})")
DIRECTIVE = re.compile(rf"#(\{{)?({_DIRECTIVES})(?(1)\}}|(?![A-Za-z0-9_]))")
MACRO = re.compile(r"#([A-Za-z_][A-Za-z0-9_-]*)[ \t]*\(")
OPEN = re.compile(r"[ \t]*\(")
LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
LINE_COMMENT = re.compile(r"##[^\r\n]*(?:\r\n|\n|\r)?")
BLANKS = re.compile(r"\s*")

# Possessive, so that a string without an end costs one pass.
STRING = re.compile(r"""("(?:[^"]++|"")*+")|('(?:[^']++|'')*+')""")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
WORD = re.compile(r"(true|false|not)(?![A-Za-z0-9_-])")

LEVELS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\|\||or(?![\w-])",
        r"&&|and(?![\w-])",
        r"==|!=|(?:eq|ne)(?![\w-])",
        r"<=|>=|<|>|(?:le|ge|lt|gt)(?![\w-])",
        r"\+|-",
        r"\*|/|%",
    )
)
WORDS = {"or": "||", "and": "&&", "eq": "==", "ne": "!=", "le": "<=", "ge": ">=", "lt": "<", "gt": ">"}
