"""The reference implementation's message for each JSONata error code (JSONata 2.0.6, which AWS runs).

Libraries word some of them differently; where a message has a changing part, the library's own text is kept.
"""

from __future__ import annotations

import re

_MESSAGES = {
    "S0101": "String literal must be terminated by a matching quote",
    "S0104": "The escape sequence \\u must be followed by 4 hex digits",
    "S0106": "Comment has no closing tag",
    "S0207": "Unexpected end of expression",
    "S0208": "Parameters of a function definition must be a variable name (start with $)",
    "S0209": "A predicate cannot follow a grouping expression in a step",
    "S0210": "Each step can only have one grouping expression",
    "S0211": "The symbol cannot be used as a unary operator",
    "S0213": "The literal value cannot be used as a step within a path expression",
    "S0215": "A context variable binding must precede any predicates on a step",
    "S0216": "A context variable binding must precede the 'order-by' clause on a step",
    "S0217": "The object representing the 'parent' cannot be derived from this expression",
    "S0301": "Empty regular expressions are not allowed",
    "S0302": "No terminating / in regular expression",
    "S0402": "Choice groups containing parameterized types are not supported",
    "T1003": "Key in object structure must evaluate to a string",
    "T1006": "Attempted to invoke a non-function",
    "T1008": "Attempted to partially apply a non-function",
    "T2003": "The left side of the range operator (..) must evaluate to an integer",
    "T2004": "The right side of the range operator (..) must evaluate to an integer",
    "T2006": "The right side of the function application operator ~> must be a function",
    "T2008": "The expressions within an order-by clause must evaluate to numeric or string values",
    "T2011": "The insert/update clause of the transform expression must evaluate to an object",
    "T2012": "The delete clause of the transform expression must evaluate to a string or array of strings",
    "T2013": "The transform expression clones the input object using the $clone() function.  "
    "This has been overridden in the current scope by a non-function.",
    "D2005": "The left side of := must be a variable name (start with $)",
    "D3001": "Attempting to invoke string function on Infinity or NaN",
    "D3010": "Second argument of replace function cannot be an empty string",
    "D3011": "Fourth argument of replace function must evaluate to a positive number",
    "D3012": "Attempted to replace a matched string with a non-string value",
    "D3020": "Third argument of split function must evaluate to a positive number",
    "D3040": "Third argument of match function must evaluate to a positive number",
    "D3050": "The second argument of reduce function must be a function with at least two arguments",
    "D3070": "The single argument form of the sort function can only be applied to an array of strings or an array of "
    "numbers.  Use the second argument to specify a comparison function",
    "D3080": "The picture string must only contain a maximum of two sub-pictures",
    "D3081": "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
    "D3082": "The sub-picture must not contain more than one instance of the 'percent' character",
    "D3083": "The sub-picture must not contain more than one instance of the 'per-mille' character",
    "D3084": "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
    "D3085": "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit "
    "character' or a member of the 'decimal digit family'",
    "D3100": "The radix of the formatBase function must be between 2 and 36",
    "D3130": "Formatting or parsing an integer as a sequence starting with the given character is not supported by "
    "this implementation",
    "D3131": "In a decimal digit pattern, all digits must be from the same decimal group",
    "D3133": "The date/time picture string is missing specifiers required to parse the timestamp",
    "D3136": "The date/time picture string is missing specifiers required to parse the timestamp",
    "D3138": "The $single() function expected exactly 1 matching result.  Instead it matched more.",
    "D3139": "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
}
_CODE = re.compile(r"\b([SDTU]\d{4}):?\s*(.*)", re.DOTALL)
_OPERATOR = re.compile(r"(?<=side of the )([^\s\"]+)(?= operator)")
_CAST = re.compile(r"Cannot convert '(.*)' to number", re.DOTALL)
_OVERFLOW = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
_SIGN = re.compile(r"(Syntax error: |Expected |, got )([A-Z]\w+)(?:\(((?:[^()]|\"[^\"]*\")*)\))?")
_SIGNS = {
    "Colon": ":", "Comma": ",", "Dot": ".", "Semicolon": ";", "LeftBrace": "{", "RightBrace": "}", "LeftParen": "(",
    "RightParen": ")", "LeftBracket": "[", "RightBracket": "]", "Question": "?", "Equal": "=", "Pipe": "|",
    "True": "true", "False": "false", "Null": "null",
}  # fmt: skip
LIMITS = {
    "D1011": _OVERFLOW,
    "U1001": _OVERFLOW,
    "D1012": "Expression evaluation timeout: Check for infinite loop",
    "D2014": MEMORY,
}
"""Codes that AWS does not show.  The texts on depth and memory are recorded from AWS, that on time is not."""


def reference_message(code: str, text: str) -> str:
    """The reference's words for ``code``; ``text`` (the library's) where they hold a changing part."""
    if code == "D3030" and (cast := _CAST.search(text)):
        return f'Unable to cast value to a number: "{cast[1]}"'
    if code in ("T2001", "T2002"):
        return _OPERATOR.sub(r'"\1"', text)
    return _MESSAGES.get(code) or _SIGN.sub(_as_written, text)


def code_and_text(message: str) -> tuple[str | None, str]:
    """``T1006: Attempted ...`` apart, wherever the code stands in a library's message."""
    found = _CODE.search(message)
    return (found[1], found[2]) if found else (None, message)


def _as_written(found: re.Match[str]) -> str:
    """``Number(2.0)`` or ``Semicolon``, a library's name for a token, as it stands in the expression."""
    before, name, inside = found.groups()
    if inside is None:
        return before + _SIGNS.get(name, name)
    return before + (inside.removesuffix(".0") if name == "Number" else inside.strip('"'))
