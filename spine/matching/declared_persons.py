"""The comparisons of persons, with the weights a model starts with."""

from spine.matching.outcomes import (
    AGREE,
    DIFFER,
    FAR,
    GIVEN_NAME,
    KIN,
    MISSING,
    NAMES_AGREE,
    NAMES_DIFFER,
    NAMESAKES,
    NEAR,
    PARTIAL,
)
from spine.matching.priors import ADDRESS, ALL, AREA, PHONE, comparison, shared

PERSON = (
    comparison(
        "given",
        {
            ALL: {
                "differs": (0.03, 0.955),
                "same initial": (0.02, 0.006),
                "resembles": (0.04, 0.02),
                "close": (0.1, 0.004),
                "a part in common": (0.02, 0.002),
                "nickname": (0.03, 0.002),
                "same": (0.77, 0.009),
            },
        },
    ),
    comparison(
        "middle",
        {
            ALL: {
                "differs": (0.02, 0.93),
                "same initial": (0.84, 0.06),
                "same": (0.14, 0.01),
            },
        },
    ),
    comparison(
        "order",
        {
            ALL: {
                "as usual": (0.985, 0.9925),
                "exchanged": (0.015, 0.0075),
            },
        },
    ),
    comparison(
        "surname",
        {
            FAR: {
                "differs": (0.05, 0.975),
                "resembles": (0.03, 0.014),
                "a part in common": (0.02, 0.001),
                "close": (0.1, 0.002),
                "same": (0.8, 0.008),
            },
            NEAR: {
                "differs": (0.04, 0.4),
                "resembles": (0.02, 0.02),
                "a part in common": (0.02, 0.02),
                "close": (0.09, 0.06),
                "same": (0.83, 0.5),
            },
        },
    ),
    comparison(
        "birth_date",
        {
            FAR: {
                "differs": (0.02, 0.955),
                "near year": (0.02, 0.033),
                "two parts agree": (0.01, 0.009),
                "slip": (0.09, 0.0025),
                "same": (0.86, 0.00005),
            },
            NEAR: {
                "differs": (0.02, 0.94),
                "near year": (0.02, 0.04),
                "two parts agree": (0.01, 0.01),
                "slip": (0.09, 0.004),
                "same": (0.86, 0.006),
            },
            PARTIAL: {
                "partial disagrees": (0.1, 0.97),
                "partial agrees": (0.9, 0.03),
            },
        },
    ),
    comparison(
        "age",
        {
            MISSING: {
                "differs": (0.1, 0.94),
                "within two years": (0.2, 0.045),
                "same": (0.7, 0.015),
            },
            AGREE: {
                "differs": (0.08, 0.5),
                "within two years": (0.17, 0.1),
                "same": (0.75, 0.4),
            },
            DIFFER: {
                "differs": (0.3, 0.97),
                "within two years": (0.25, 0.02),
                "same": (0.45, 0.01),
            },
        },
    ),
    comparison(
        "sex",
        {
            NAMES_DIFFER: {
                "differs": (0.03, 0.5),
                "same": (0.97, 0.5),
            },
            NAMES_AGREE: {
                "differs": (0.02, 0.1),
                "same": (0.98, 0.9),
            },
        },
    ),
    comparison(
        "email",
        {
            ALL: {
                "differs": (0.25, 0.9985),
                "close": (0.12, 0.001),
                "same name at another provider": (0.08, 0.0003),
                "same": (0.54, 0.00001),
                "same, of many": (0.01, 0.00002),
            },
            GIVEN_NAME: {
                "differs": (0.25, 0.99),
                "close": (0.12, 0.005),
                "same name at another provider": (0.08, 0.003),
                "same": (0.54, 0.00003),
                "same, of many": (0.01, 0.00005),
            },
            KIN: {
                "differs": (0.25, 0.98),
                "close": (0.12, 0.005),
                "same name at another provider": (0.08, 0.002),
                "same": (0.54, 0.01),
                "same, of many": (0.01, 0.003),
            },
            NEAR: {
                "differs": (0.25, 0.96),
                "close": (0.12, 0.02),
                "same name at another provider": (0.08, 0.001),
                "same": (0.54, 0.015),
                "same, of many": (0.01, 0.003),
            },
            NAMESAKES: {
                "differs": (0.25, 0.97),
                "close": (0.12, 0.01),
                "same name at another provider": (0.08, 0.015),
                "same": (0.54, 0.001),
                "same, of many": (0.01, 0.003),
            },
        },
    ),
    PHONE,
    comparison(
        "national_id",
        {
            ALL: {
                "differs": (0.05, 0.9999),
                "two slips": (0.03, 0.00003),
                "slip": (0.09, 0.00001),
                "same": (0.829, 0.000003),
                "same, of many": (0.001, 0.000003),
            },
            NAMESAKES: {
                "differs": (0.05, 0.9998),
                "two slips": (0.03, 0.00005),
                "slip": (0.09, 0.00005),
                "same": (0.829, 0.00008),
                "same, of many": (0.001, 0.00001),
            },
            NEAR: {
                "differs": (0.05, 0.99),
                "two slips": (0.03, 0.001),
                "slip": (0.09, 0.001),
                "same": (0.829, 0.008),
                "same, of many": (0.001, 0.0001),
            },
        },
    ),
    comparison(
        "suffix",
        {
            ALL: {
                "differs": (0.05, 0.6),
                "same": (0.95, 0.4),
            },
        },
    ),
    ADDRESS,
    AREA,
    shared("login", 0.2, 0.00001),
    shared("customer", 0.2, 0.00001),
    shared("loyalty", 0.2, 0.00005),
    shared("employee", 0.2, 0.00001),
    shared("master", 0.1, 0.000001),
    shared("account", 0.35, 0.0002, kin=0.02, near=0.3),
    shared("device", 0.5, 0.0005, kin=0.01, near=0.1),
    shared("mobile_token", 0.4, 0.0002, kin=0.002, near=0.02),
    shared("cookie", 0.6, 0.0002, kin=0.005, near=0.05),
    shared("social", 0.3, 0.00001),
    shared("other", 0.2, 0.00001),
)
