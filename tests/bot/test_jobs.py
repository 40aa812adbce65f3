"""Long work in a process of its own: what is past its point of no return is finished, not cancelled."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from bot.assistant import Asked
from bot.jobs import Jobs
from tests.bot.conftest import Shop

TRAIN = Asked("train the model", "admin", confirmed=True)


def test_what_is_about_to_be_stored_is_not_called_cancelled(own_shop: Shop) -> None:
    jobs = Jobs(own_shop.desk)
    job = jobs.start("train", TRAIN)
    with ThreadPoolExecutor(1) as threads:
        following = threads.submit(jobs.follow, job, lambda step: None)
        while not job.past_return and not following.done():
            time.sleep(0.001)
        assert not jobs.stop()
        reply = following.result()
    assert reply.failure is None and reply.title.startswith("Model 2 is trained")
    assert jobs.at_work() == ()


def test_work_that_is_ended_early_says_so_and_stands_in_the_audit(own_shop: Shop) -> None:
    jobs = Jobs(own_shop.desk)
    job = jobs.start("train", TRAIN)
    (running,) = jobs.at_work()
    assert running.command == "train" and running.stop()
    reply = jobs.follow(job, lambda step: None)
    assert reply.failure is not None and reply.failure.kind == "cancelled"
    last = own_shop.audited()[-1]
    assert (last["command"], last["outcome"]) == ("train", "cancelled")
