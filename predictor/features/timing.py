"""When a user orders: recency, gaps, and how unusual today's silence is for this user."""

from __future__ import annotations

from predictor.features.feature import N_, Family, Feature

SILENCE = Family(
    "silence",
    N_("no order for {recency_days} days; usually every {mean_gap_days}"),
    N_("one order so far, {recency_days} days ago"),
)
RHYTHM = Family(
    "rhythm",
    N_(
        "the last two gaps were {last_gap_days} and {gap_before_last_days} days;"
        " the longest ever {longest_gap_days}"
    ),
    N_("too few orders to know a rhythm"),
)
TENURE = Family(
    "tenure",
    N_("a buyer for {tenure_days} days; orders so far: {frequency}"),
    N_("a buyer for {tenure_days} days; orders so far: {frequency}"),
)

FEATURES = (
    Feature("recency_days", "MIN(age_days)", N_("days since the last order"), SILENCE),
    Feature("tenure_days", "MAX(age_days)", N_("days since the first order"), TENURE),
    Feature("mean_gap_days", "AVG(gap_days)", N_("usual days between orders"), SILENCE),
    Feature(
        "gap_sd_days",
        "SQRT(CASE WHEN COUNT(gap_days) > 1"
        " AND SUM(gap_days * gap_days) > SUM(gap_days) * SUM(gap_days) / COUNT(gap_days)"
        " THEN (SUM(gap_days * gap_days) - SUM(gap_days) * SUM(gap_days) / COUNT(gap_days))"
        " / (COUNT(gap_days) - 1)"
        " WHEN COUNT(gap_days) > 1 THEN 0e0 END)",
        N_("how much the days between orders vary"),
        RHYTHM,
    ),
    Feature("longest_gap_days", "MAX(gap_days)", N_("longest time between two orders"), RHYTHM),
    Feature(
        "last_gap_days",
        "MAX(CASE WHEN position = 1 THEN gap_days END)",
        N_("days between the last two orders"),
        RHYTHM,
    ),
    Feature(
        "gap_before_last_days",
        "MAX(CASE WHEN position = 2 THEN gap_days END)",
        N_("days between the two orders before the last"),
        RHYTHM,
    ),
    Feature(
        "recent_gap_days",
        "AVG(CASE WHEN position <= 3 THEN gap_days END)",
        N_("mean of the last three gaps"),
        RHYTHM,
    ),
    Feature("log_gap_mean", "AVG(LN(1e0 + gap_days))", N_("typical gap, long ones counting less"), SILENCE),
    *(
        Feature(
            f"order_{k}_age_days",
            f"MAX(CASE WHEN position = {k} THEN age_days END)",
            N_("days since the {k}-th last order"),
            RHYTHM,
            description_values={"k": k},
        )
        for k in (2, 3, 4, 6, 10, 15)
    ),
    Feature(
        "longer_gaps",
        "SUM(CASE WHEN gap_days > recency_days THEN 1 ELSE 0 END)",
        N_("gaps in the past that were longer than today's silence"),
        SILENCE,
    ),
    Feature(
        "longer_gaps_ended",
        "SUM(CASE WHEN gap_days > recency_days AND gap_days <= recency_days + :horizon_days"
        " THEN 1 ELSE 0 END)",
        N_("of those, the ones that ended within the horizon"),
        SILENCE,
    ),
    Feature(
        "quiet_days",
        "SUM(CASE WHEN gap_days > :horizon_days THEN gap_days - :horizon_days ELSE 0e0 END)",
        N_("past days after which no order came within the horizon"),
        RHYTHM,
    ),
    Feature(
        "hazard",
        "recency_days / (mean_gap_days + 1e0)",
        N_("today's silence against the usual gap"),
        SILENCE,
        over_orders=False,
    ),
    Feature(
        "recent_hazard",
        "recency_days / (recent_gap_days + 1e0)",
        N_("today's silence against the last three gaps"),
        SILENCE,
        over_orders=False,
    ),
    Feature(
        "longest_hazard",
        "recency_days / (longest_gap_days + 1e0)",
        N_("today's silence against the longest gap"),
        SILENCE,
        over_orders=False,
    ),
    Feature(
        "log_silence",
        "LN(1e0 + recency_days) - log_gap_mean",
        N_("today's silence against the typical gap"),
        SILENCE,
        over_orders=False,
    ),
    Feature(
        "comeback_share",
        "(longer_gaps_ended + 5e-1) / (longer_gaps + 1e0)",
        N_("share of silences like today's that ended within the horizon"),
        SILENCE,
        over_orders=False,
    ),
    Feature(
        "quiet_share",
        "quiet_days / (tenure_days - recency_days + 1e0)",
        N_("share of the past after which no order came within the horizon"),
        RHYTHM,
        over_orders=False,
    ),
)
