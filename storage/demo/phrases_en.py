"""What English-reading users of the demo shop write: openings, what it is about, closings.

`{item}` is the product, `{days}` a number of days, `{people}` somebody, `{use}` what it is for.
"""

from __future__ import annotations

PEOPLE = (
    "my sister",
    "my mother",
    "a colleague",
    "our guests",
    "my flatmate",
    "a friend",
    "my father",
    "the neighbours",
)
USES = (
    "breakfast",
    "the office",
    "Sunday afternoons",
    "long evenings",
    "travelling",
    "our kitchen",
    "a birthday",
    "rainy days",
)

COMPLAINT_OPENINGS = (
    "Very disappointed.",
    "Not what I am used to from this shop.",
    "I have been a customer for a while, but this time no.",
    "Sorry, but this went wrong.",
    "What happened here?",
    "I rarely complain.",
    "Bad experience.",
    "Unhappy with this order.",
    "This was meant for {people}.",
    "I had ordered it for {use}.",
)
COMPLAINT_CLOSINGS = (
    "I will look elsewhere.",
    "Please do better.",
    "Nobody answered my e-mail.",
    "I do not think I will order again.",
    "That is not acceptable.",
    "I expected more.",
    "One star is generous.",
    "Support kept me waiting for {days} days as well.",
    "Even {people} noticed.",
    "So much for {use}.",
)
COMPLAINTS = {
    "late": (
        "The {item} arrived {days} days late.",
        "I waited {days} days longer than promised for the {item}.",
        "Delivery of the {item} took forever: {days} days over the date.",
        "My parcel with the {item} sat in a depot for {days} days.",
        "The tracking for the {item} did not move for {days} days.",
        "The {item} came {days} days after I needed it.",
        "Shipping was far too slow, {days} extra days for one {item}.",
        "The courier lost track of the {item} and it turned up {days} days overdue.",
    ),
    "damaged": (
        "The {item} came broken.",
        "There was a crack right through the {item}.",
        "The {item} arrived in pieces, with hardly any padding.",
        "A chip on the rim of the {item}, straight out of the box.",
        "The box was crushed and the {item} with it.",
        "The {item} was smashed because it was packed so badly.",
    ),
    "wrong_item": (
        "I ordered the {item} and got something else.",
        "This is not the {item} that I ordered.",
        "The parcel held the wrong size of {item}.",
        "Wrong article in the box: no {item} anywhere.",
        "They mixed up my order and the {item} was missing.",
    ),
    "stale": (
        "The {item} tastes stale.",
        "This {item} has no aroma at all.",
        "The {item} smelled of cardboard and tasted flat.",
        "The {item} must have lain around for months, it is musty.",
        "The {item} is nearly past its date and tastes like hay.",
    ),
    "leaking": (
        "The {item} leaks at the spout.",
        "Water drips from the bottom of the {item}.",
        "After {days} days the {item} started leaking.",
        "The {item} leaves a puddle every time I pour.",
        "The seam of the {item} is not tight, it leaks.",
    ),
    "price": (
        "The {item} has become too expensive.",
        "Since October the {item} costs far more than before.",
        "The price of the {item} went up and the quality did not.",
        "I used to buy the {item} regularly, but not at these prices.",
        "The {item} is cheaper in other shops now.",
    ),
}

PRAISE_OPENINGS = (
    "Lovely.",
    "Very happy with this.",
    "Great quality.",
    "Exactly as described.",
    "A pleasure, as always.",
    "Wonderful.",
    "Bought for {use}.",
    "A present for {people}.",
    "Third time I buy this.",
    "Recommended by {people}, and rightly so.",
)
PRAISE_CLOSINGS = (
    "Will order again.",
    "Fast delivery too.",
    "Well packed.",
    "Highly recommended.",
    "Perfect for {use}.",
    "{people_start} loved it.",
    "Fair price.",
    "Already ordered another for {people}.",
    "Thank you!",
    "Arrived within {days} days.",
)
PRAISES = {
    "tea": (
        "The {item} is fragrant and smooth.",
        "This {item} holds up for many infusions.",
        "The {item} has a clean, sweet finish.",
        "The leaves of the {item} are whole and fresh.",
        "The {item} is my daily cup now.",
        "Deep flavour, this {item}.",
    ),
    "coffee": (
        "The {item} is fresh and full of flavour.",
        "The {item} makes a great cup every morning.",
        "Lovely crema with the {item}.",
        "The {item} is well roasted, not bitter at all.",
        "The {item} smells fantastic.",
    ),
    "ware": (
        "The {item} feels solid and looks beautiful.",
        "The {item} is well made and easy to clean.",
        "The {item} sits nicely in the hand.",
        "I use the {item} every day.",
        "The {item} looks even better than in the pictures.",
        "The {item} pours without a drop spilt.",
    ),
}
LUKEWARM = (
    "The {item} is all right, nothing special.",
    "The {item} does its job for {use}.",
    "Decent {item}, but I have had better.",
    "The {item} is okay for the price.",
    "{people_start} liked the {item} more than I did.",
    "Average {item}, average delivery: {days} days.",
)
SHORT_PRAISE = ("Good", "Perfect", "Great!", "Very good", "Top", "Thanks", "All fine")
