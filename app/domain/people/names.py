"""Names as they are looked up: folded, and by sound."""

from app.domain.people.rules import letters, soundex


def name_keys(*names: str | None) -> list[str]:
    """Every word of the names without accents, case or punctuation, and its Soundex code: what an index can find though
    a name was misheard on the wing."""
    words = [letters(word) for name in names if name for word in name.replace("-", " ").split()]
    keys = {word for word in words if word} | {code for word in words if (code := soundex(word))}
    return sorted(keys)
