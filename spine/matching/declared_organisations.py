"""The comparisons of organisations, with the weights a model starts with."""

from spine.matching.outcomes import GIVEN_NAME, KIN, NAMESAKES, NEAR
from spine.matching.priors import ADDRESS, ALL, AREA, PHONE, comparison, shared

_STRANGERS = {
    "differs": (0.5, 0.9985),
    "close": (0.08, 0.001),
    "same name at another provider": (0.05, 0.0003),
    "same": (0.36, 0.00005),
    "same, of many": (0.01, 0.00005),
}
_RELATED = {
    "differs": (0.5, 0.9),
    "close": (0.08, 0.02),
    "same name at another provider": (0.05, 0.02),
    "same": (0.36, 0.05),
    "same, of many": (0.01, 0.01),
}
ORGANISATION = (
    comparison(
        "organisation",
        {
            ALL: {
                "differs": (0.06, 0.985),
                "loosely alike": (0.07, 0.011),
                "alike": (0.1, 0.002),
                "close": (0.12, 0.0007),
                "slip": (0.15, 0.0002),
                "same": (0.5, 0.0006),
            },
        },
    ),
    comparison(
        "series",
        {
            ALL: {
                "another number": (0.004, 0.25),
                "another word": (0.006, 0.12),
                "a numeral more": (0.012, 0.1),
                "same": (0.978, 0.53),
            },
        },
    ),
    comparison(
        "legal_form",
        {
            ALL: {
                "differs": (0.15, 0.65),
                "same": (0.85, 0.35),
            },
        },
    ),
    comparison(
        "tax_id",
        {
            ALL: {
                "differs": (0.08, 0.9999),
                "slip": (0.07, 0.00005),
                "same": (0.85, 0.00001),
            },
            KIN: {
                "differs": (0.14, 0.8),
                "slip": (0.01, 0.199),
                "same": (0.85, 0.001),
            },
        },
    ),
    comparison(
        "register",
        {
            ALL: {
                "differs": (0.08, 0.9999),
                "slip": (0.04, 0.0002),
                "same": (0.88, 0.00001),
            },
            KIN: {
                "differs": (0.11, 0.7),
                "slip": (0.01, 0.2999),
                "same": (0.88, 0.0001),
            },
        },
    ),
    comparison(
        "lei",
        {
            ALL: {
                "differs": (0.04, 0.9999),
                "slip": (0.04, 0.00002),
                "same": (0.92, 0.000005),
            },
            KIN: {
                "differs": (0.06, 0.9),
                "slip": (0.02, 0.0999),
                "same": (0.92, 0.0001),
            },
        },
    ),
    comparison(
        "domain",
        {
            ALL: {
                "differs": (0.25, 0.998),
                "slip": (0.05, 0.0005),
                "same": (0.7, 0.0005),
            },
            KIN: {
                "differs": (0.3, 0.5),
                "slip": (0.05, 0.03),
                "same": (0.65, 0.47),
            },
        },
    ),
    PHONE,
    comparison(
        "email",
        {ALL: _STRANGERS, GIVEN_NAME: _STRANGERS, KIN: _RELATED, NEAR: _RELATED, NAMESAKES: _RELATED},
    ),
    ADDRESS,
    AREA,
    shared("customer", 0.2, 0.00001),
    shared("master", 0.1, 0.000001),
    shared("account", 0.35, 0.0001, kin=0.02, near=0.1),
    shared("other", 0.2, 0.00001),
)
