"""Numbers with the check digits that their registers prescribe."""


def lei(stem: str) -> str:
    """The legal entity identifier of an 18-character stem: ISO 17442, check digits by ISO 7064 mod 97-10."""
    digits = "".join(str(int(sign, 36)) for sign in stem + "00")
    return f"{stem}{98 - int(digits) % 97:02}"


def british_vat(stem: int) -> str:
    """A British VAT number of a 7-digit stem: weights 8 to 2, the remainder to 97."""
    total = sum(int(digit) * weight for digit, weight in zip(f"{stem:07}", range(8, 1, -1), strict=True))
    return f"GB{stem:07}{97 - total % 97:02}"


def german_vat(stem: int) -> str:
    """A German VAT number of an 8-digit stem: ISO 7064 mod 11,10."""
    check = 10
    for digit in f"{stem:08}":
        total = (int(digit) + check) % 10 or 10
        check = total * 2 % 11
    return f"DE{stem:08}{(11 - check) % 10}"
