"""What is true of the demo shop: every cause that the generator puts into the files, in one place.

Nothing here is noise to be averaged away. Who looks at the files, a test or the bot, should find these
again. Probabilities are per event unless the name says otherwise; gaps are in days of a season of 1.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

FIRST_DAY = date(2024, 7, 1)
LAST_DAY = date(2026, 6, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
DAY_SECONDS = 86_400
FIRST_SECOND = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())


def day_number(day: date) -> int:
    """Days from the opening of the shop to `day`."""
    return (day - FIRST_DAY).days


# Who comes. An opening campaign brings many at once; from then on the number of new users a day grows.
OPENING_SHARE = 0.32
OPENING_DAYS = 30.0  # the mean of how long after the opening they join
GROWTH = 1.8
NEVER_ORDERS = 0.012  # registered, then bought nothing
CHINESE_NAMES = 0.5
SPEAKS_ENGLISH_WITH_CHINESE_NAME = 0.08
KINDS = ("person", "wholesale", "staff", "test")
KIND_SHARES = (0.985, 0.010, 0.003, 0.002)

# How they buy. A regular buyer of consumables runs low at a rhythm (gamma gaps); a gift buyer comes
# when an occasion comes (memoryless gaps); a subscriber is sent the same basket every month.
REGULAR_SHARE = 0.75
REGULAR_SHAPE = 2.0
REGULAR_GAP, REGULAR_SPREAD = 17.0, 0.70  # median and sigma of the lognormal of the users' own mean gaps
GIFT_GAP, GIFT_SPREAD = 38.0, 0.55
SECOND_ORDER_WAIT = 2.8  # the first gap is this much longer: the first pack has to be finished
SUBSCRIBES = 0.05  # of the regular buyers
SUBSCRIPTION_GAP = 30.0
WHOLESALE_GAP = 18.0

# Why they leave on their own. The many who try the shop once, and later a chance after every order.
LEAVES_AFTER_FIRST = 0.77
LEAVES_AFTER_ORDER = 0.026  # the mean over users; each has an own chance
COMES_BACK_A_DAY = 0.0007  # whoever left without a complaint may come back some day
TAKES_A_BREAK = 0.13  # after an order: a journey, a new kitchen, a full cupboard
BREAK_DAYS = 70.0  # the mean of how much later the next order comes then

# The price rise. Price-sensitive users are those who mostly buy with a coupon.
PRICE_RISE_DAY = date(2025, 10, 1)
PRICE_RISE = 0.09
PRICE_SENSITIVE = 0.25
LEAVES_AT_PRICE_RISE = 0.60
PRICE_RISE_LEAVING_DAYS = 14.0  # the mean of how long they take to go
SAYS_THE_PRICE_IS_WHY = 0.35
COUPON_SENSITIVE, COUPON_OTHERS = 0.65, 0.08

# What goes wrong. Index 0 is a good delivery; the others are what a complaint is about.
THEMES = ("fine", "late", "damaged", "wrong_item", "stale", "leaking", "price")
FINE, LATE, DAMAGED, WRONG_ITEM, STALE, LEAKING, PRICE = range(len(THEMES))
LATE_WEEKS = (
    (date(2024, 12, 9), date(2024, 12, 20)),
    (date(2025, 5, 12), date(2025, 5, 25)),
    (date(2025, 11, 24), date(2025, 12, 5)),
    (date(2026, 2, 9), date(2026, 2, 18)),
    (date(2026, 5, 4), date(2026, 5, 17)),
)
LATE_THEN, LATE_OTHERWISE = 0.24, 0.004
DAMAGED_RATE, WRONG_ITEM_RATE, STALE_RATE = 0.006, 0.003, 0.003
LEAKING_SINCE = date(2026, 4, 15)  # a bad batch of one kettle
LEAKING_RATE = 0.018
LEAKING_PRODUCT = "Gooseneck kettle"
COMPLAINS = 0.55  # of those for whom something went wrong
REPLACED = 0.5  # of the damaged orders that nobody complained about: the shop sent another one

# The complaint comes first, the leaving after it.
COMPLAINT_AFTER_DAYS = (4, 9)
LEAVES_AFTER_COMPLAINT = 0.80
LEAVES_AFTER_SILENT_TROUBLE = 0.15

# When they buy: factors on everybody's pace; how strongly a group follows them is an exponent.
MONTH_PACE = (0.92, 0.95, 1.00, 0.98, 0.96, 0.88, 0.72, 0.70, 0.95, 1.05, 1.45, 1.55)
SINGLES_DAY_PACE = 2.0  # 9 to 12 November
AFTER_CHRISTMAS_PACE = 0.6  # 23 to 31 December
NEW_YEAR_DAYS = (date(2025, 1, 29), date(2026, 2, 17))  # Chinese New Year
NEW_YEAR_PACE = 1.8  # of users who read Chinese, in the three weeks before
NEW_YEAR_LEAD_DAYS = 21
WEEKDAY_PACE = (1.02, 0.95, 0.93, 0.96, 0.98, 1.00, 1.16)
HOUR_WEIGHTS = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 13, 14, 11, 10, 10, 11, 13, 16, 19, 20, 17, 10, 5)
REGULAR_FOLLOWS_SEASON = 0.7
GIFT_FOLLOWS_SEASON = 1.6

# What they buy. Users come back to what they liked, and some things are bought together.
FAVOURITES = 3
BUYS_FAVOURITE = 0.5
GIFT_SETS_IN_SEASON = 4.0
BOUGHT_TOGETHER = (  # a line of the first brings one of the second
    ("Matcha", "Bamboo whisk", 0.35),
    ("Pour-over dripper", "Filter paper", 0.45),
    ("Gongfu teapot", "Gongfu cup", 0.35),
    ("Ripe pu-erh cake", "Pu-erh knife", 0.20),
)
EXTRA_LINE = 0.64  # the chance of yet another line in the basket
SAMPLE_IN_ORDER = 0.05
SAMPLE_ONLY = 0.004
COUPON_RATES = (0.10, 0.15, 0.20)
WHOLESALE_DISCOUNT, STAFF_DISCOUNT = 0.15, 0.25

# What happens to orders afterwards.
CANCELLED, UNPAID, REFUNDED, PARTLY_REFUNDED = 0.020, 0.012, 0.012, 0.005
REFUNDED_IN_TROUBLE = 0.30  # instead, where something went wrong
INVOICED = 0.6  # of the wholesale orders
RETURNED_CONSUMABLE, RETURNED_WARE = 0.010, 0.045
GUEST_SHARE = 0.015

# What they write.
PRAISE = 0.145  # of the orders with which nothing went wrong
LUKEWARM = 0.08  # of those reviews
SHORT_REVIEW = 0.03
RATING_SLIPS = 0.03  # the stars contradict the text

# A user to ask about: buys every 14 days from the first weeks on, gets a late parcel in May 2026,
# complains, and is not seen again.
STAR_USER = 42
STAR_GAP, STAR_SHAPE = 14.0, 9.0
STAR_LATE_SINCE = date(2026, 5, 4)
