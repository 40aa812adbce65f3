"""What a user spends, what goes into the basket, and what comes back."""

from __future__ import annotations

from predictor.features.feature import N_, Family, Feature

SPENDING = Family(
    "spending",
    N_("spends {mean_order_cents} per order, {monetary_90d_cents} in the last 90 days"),
    N_("spends {mean_order_cents} per order, {monetary_90d_cents} in the last 90 days"),
)
BASKET = Family(
    "basket",
    N_("different items in an order: {lines_per_order}"),
    N_("different items in an order: {lines_per_order}"),
)
RETURNS = Family(
    "returns",
    N_("{returned_share} of the money spent was returned"),
    N_("nothing was ever returned"),
    zero_without="returned_share",
)

FEATURES = (
    Feature("gross_cents", "COALESCE(SUM(total_cents), 0)", N_("money spent before returns"), SPENDING),
    *(
        Feature(
            f"monetary_{days}d_cents",
            f"SUM(CASE WHEN age_days <= {days} THEN total_cents ELSE 0 END)",
            N_("money spent in the last {days} days"),
            SPENDING,
            description_values={"days": days},
        )
        for days in (30, 90, 365)
    ),
    Feature(
        "last_order_cents",
        "MAX(CASE WHEN position = 1 THEN total_cents END)",
        N_("value of the last order"),
        SPENDING,
    ),
    Feature(
        "mean_order_cents",
        "SUM(total_cents) / (COUNT(age_days) * 1e0)",
        N_("mean value of an order"),
        SPENDING,
    ),
    Feature(
        "lines_per_order",
        "AVG(CASE WHEN position IS NOT NULL THEN lines * 1e0 END)",
        N_("different items per order"),
        BASKET,
    ),
    Feature("quantity_per_order", "AVG(quantity)", N_("pieces per order"), BASKET),
    Feature(
        "categories_per_order",
        "AVG(CASE WHEN position IS NOT NULL THEN categories * 1e0 END)",
        N_("categories per order"),
        BASKET,
    ),
    Feature(
        "last_order_lines",
        "MAX(CASE WHEN position = 1 THEN lines END)",
        N_("different items in the last order"),
        BASKET,
    ),
    Feature(
        "lines_90d",
        "SUM(CASE WHEN age_days <= 90 THEN lines ELSE 0 END)",
        N_("items bought in the last 90 days"),
        BASKET,
    ),
    Feature("returned_cents", "SUM(returned_cents)", N_("money returned"), RETURNS),
    Feature("returned_lines", "SUM(returned_lines)", N_("lines returned"), RETURNS),
    Feature(
        "monetary_cents", "gross_cents - returned_cents", N_("net money spent"), SPENDING, over_orders=False
    ),
    Feature(
        "returned_share",
        "returned_cents / (CASE WHEN gross_cents > 0 THEN gross_cents * 1e0 ELSE 1e0 END)",
        N_("share of the money spent that was returned"),
        RETURNS,
        over_orders=False,
    ),
    Feature(
        "last_order_ratio",
        "last_order_cents / (CASE WHEN mean_order_cents > 0 THEN mean_order_cents ELSE 1e0 END)",
        N_("value of the last order against the mean one"),
        SPENDING,
        over_orders=False,
    ),
)

# Not learned from: not every shop's files say what was taken off the price.
EXTRA_FEATURES = (
    Feature("discount_cents", "COALESCE(SUM(discount_cents), 0)", N_("money taken off the price"), SPENDING),
    Feature(
        "discount_share",
        "discount_cents / (CASE WHEN gross_cents + discount_cents > 0"
        " THEN (gross_cents + discount_cents) * 1e0 ELSE 1e0 END)",
        N_("share of the price that was taken off"),
        SPENDING,
        over_orders=False,
    ),
)
