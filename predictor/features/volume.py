"""How much a user orders: counts in windows, and counts in which old orders fade."""

from __future__ import annotations

from math import log

from predictor.features.feature import N_, Family, Feature

VOLUME = Family(
    "volume",
    N_("orders in the last 90 days: {orders_90d}; in the 90 before: {orders_before_90d}"),
    N_("orders in the last 90 days: {orders_90d}; in the 90 before: {orders_before_90d}"),
)

FEATURES = (
    Feature("frequency", "COUNT(age_days)", N_("number of orders"), VOLUME),
    *(
        Feature(
            f"orders_{days}d",
            f"SUM(CASE WHEN age_days <= {days} THEN 1 ELSE 0 END)",
            N_("orders in the last {days} days"),
            VOLUME,
            description_values={"days": days},
        )
        for days in (7, 14, 30, 60, 90, 180, 365)
    ),
    Feature(
        "orders_before_90d",
        "SUM(CASE WHEN age_days > 90 AND age_days <= 180 THEN 1 ELSE 0 END)",
        N_("orders in the 90 days before the last 90"),
        VOLUME,
    ),
    *(
        Feature(
            f"decayed_orders_{days}d",
            f"SUM(EXP(-age_days * {log(2) / days:.12e}))",
            N_("orders, each counting half as much every {days} days"),
            VOLUME,
            description_values={"days": days},
        )
        for days in (10, 30, 90, 270)
    ),
    Feature(
        "order_rate",
        "frequency / (tenure_days + 3e1)",
        N_("orders per day as a buyer"),
        VOLUME,
        over_orders=False,
    ),
    Feature(
        "order_trend",
        "(orders_90d + 1e0) / (orders_before_90d + 1e0)",
        N_("orders of the last 90 days against the 90 before"),
        VOLUME,
        over_orders=False,
    ),
)
