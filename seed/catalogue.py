"""The sources of a world, in the order to load them: organisations first, then whoever points at them."""

from seed.sources.commerce import BILLING, CRM, LOYALTY, POS, SHOP
from seed.sources.corporate import ERP, HR, MDM, REGISTER
from seed.sources.digital import CIAM, MOBILE, NEWSLETTER, WEB
from seed.sources.service import SUPPORT
from seed.sources.source import Source

SOURCES: tuple[Source, ...] = (
    REGISTER, ERP, MDM, CRM, SHOP, POS, LOYALTY, BILLING, HR, CIAM, WEB, MOBILE, NEWSLETTER, SUPPORT,
)  # fmt: skip
