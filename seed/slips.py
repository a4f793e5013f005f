"""How values go wrong on their way into a system: typing, reading, nicknames, lost accents, missing values.

Each function answers a new column and touches only the rows that chance picks."""

from anyascii import anyascii

from seed.chance import Chance, Texts

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x", "0": "9", "1": "2", "2": "13", "3": "24",
    "4": "35", "5": "46", "6": "57", "7": "68", "8": "79", "9": "80",
}  # fmt: skip
_LOOKALIKES = (("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("S", "5"), ("B", "8"), ("e", "c"), ("i", "l"))
_NICKNAMES = {
    "William": "Bill", "Robert": "Bob", "Richard": "Rick", "James": "Jim", "John": "Jack", "Michael": "Mike",
    "Thomas": "Tom", "Charles": "Chuck", "Christopher": "Chris", "Daniel": "Dan", "Matthew": "Matt",
    "Anthony": "Tony", "Joseph": "Joe", "David": "Dave", "Steven": "Steve", "Stephen": "Steve", "Edward": "Ted",
    "Andrew": "Andy", "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Nicholas": "Nick",
    "Jonathan": "Jon", "Timothy": "Tim", "Kenneth": "Ken", "Ronald": "Ron", "Donald": "Don", "Jeffrey": "Jeff",
    "Lawrence": "Larry", "Patrick": "Pat", "Peter": "Pete", "Raymond": "Ray", "Gerald": "Jerry", "Walter": "Walt",
    "Alexander": "Alex", "Frederick": "Fred", "Zachary": "Zach", "Joshua": "Josh", "Philip": "Phil",
    "Elizabeth": "Liz", "Katherine": "Kate", "Kathleen": "Kathy", "Margaret": "Peggy", "Jennifer": "Jen",
    "Patricia": "Patty", "Susan": "Sue", "Deborah": "Debbie", "Barbara": "Barb", "Jessica": "Jess",
    "Rebecca": "Becky", "Christina": "Tina", "Christine": "Chris", "Cynthia": "Cindy", "Victoria": "Vicky",
    "Stephanie": "Steph", "Samantha": "Sam", "Kimberly": "Kim", "Pamela": "Pam", "Amanda": "Mandy",
    "Jacqueline": "Jackie", "Theresa": "Terry", "Abigail": "Abby", "Dorothy": "Dot", "Sandra": "Sandy",
    "Alexandra": "Alex", "Natalie": "Nat", "Joanna": "Jo", "Nicole": "Nicki", "Francisco": "Paco", "José": "Pepe",
    "Guadalupe": "Lupe", "Wolfgang": "Wolf", "Johannes": "Hannes", "Joachim": "Achim", "Susanne": "Susi",
}  # fmt: skip


def mistyped(column: Texts, chance: Chance, share: float) -> Texts:
    """One sign left out, doubled, swapped with the next, or hit on the neighbouring key."""
    size = len(column)
    out, hit, where, how = column.copy(), chance.flags(size, share), chance.unit(size), chance.below(size, 4)
    for row in hit.nonzero()[0].tolist():
        value = column[row]
        if value is None or len(value) < 3:
            continue
        at = 1 + int(where[row] * (len(value) - 2))
        if how[row] == 0:
            out[row] = value[:at] + value[at + 1 :]
        elif how[row] == 1:
            out[row] = value[: at + 1] + value[at:]
        elif how[row] == 2:
            out[row] = value[: at - 1] + value[at] + value[at - 1] + value[at + 1 :]
        else:
            near = _NEIGHBOURS.get(value[at].lower(), value[at])
            out[row] = value[:at] + near[int(where[row] * 97) % len(near)] + value[at + 1 :]
    return out


def misread(column: Texts, chance: Chance, share: float) -> Texts:
    """One group of signs taken for another that looks like it, as scanners do."""
    out, hit, start = column.copy(), chance.flags(len(column), share), chance.below(len(column), len(_LOOKALIKES))
    for row in hit.nonzero()[0].tolist():
        value = column[row]
        for turn in range(len(_LOOKALIKES) if value else 0):
            seen, taken = _LOOKALIKES[(int(start[row]) + turn) % len(_LOOKALIKES)]
            if seen in value:
                out[row] = value.replace(seen, taken, 1)
                break
    return out


def nicknamed(column: Texts, chance: Chance, share: float) -> Texts:
    """The short form, for those given names that have one."""
    out, hit = column.copy(), chance.flags(len(column), share)
    for row in hit.nonzero()[0].tolist():
        out[row] = _NICKNAMES.get(column[row], column[row])
    return out


def folded(column: Texts, chance: Chance, share: float) -> Texts:
    """Without accents; half of the German ones written out (`Müller` as `Mueller`)."""
    out, hit, long = column.copy(), chance.flags(len(column), share), chance.flags(len(column), 0.5)
    for row in hit.nonzero()[0].tolist():
        value = column[row]
        if value is None or value.isascii():
            continue
        if long[row]:
            for sign, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")):
                value = value.replace(sign, pair)
        out[row] = anyascii(value)
    return out


def lost(column: Texts, chance: Chance, share: float) -> Texts:
    """None in some rows."""
    out = column.copy()
    out[chance.flags(len(column), share)] = None
    return out


def initial(column: Texts) -> Texts:
    """The first letters."""
    out = column.copy()
    for row, value in enumerate(column.tolist()):
        out[row] = value[0] if value else None
    return out
